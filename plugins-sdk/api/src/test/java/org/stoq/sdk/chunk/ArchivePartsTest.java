package org.stoq.sdk.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArchivePartsTest {
    /** Large is 4 times 1,024; small members are gathered up to 4,096. */
    private static final ChunkSizes SIZES = new ChunkSizes(1_024, 8_192, 32_768);

    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();

    private int tar(String name, int size, char type, long time) {
        int begin = archive.size();
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        put(header, 124, "%011o".formatted(size));
        put(header, 136, "%011o".formatted(time));
        put(header, 148, "        ");
        header[156] = (byte) type;
        put(header, 257, "ustar");
        int sum = 0;
        for (byte octet : header) {
            sum += octet & 0xFF;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        archive.writeBytes(header);
        if (type == '0' || type == 'x' || type == 'L') {
            archive.writeBytes(content(name, (size + 511) / 512 * 512));
        }
        return begin;
    }

    private int tar(String name, int size) {
        return tar(name, size, '0', 0);
    }

    private int zip(String name, int size, int flags) {
        int begin = archive.size();
        ByteBuffer header = ByteBuffer.allocate(30).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, 0x04034B50).putShort(6, (short) flags).putInt(18, size);
        header.putShort(26, (short) name.length()).putShort(28, (short) 7);
        archive.writeBytes(header.array());
        archive.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        archive.writeBytes(new byte[7]);
        archive.writeBytes(content(name, size));
        return begin;
    }

    private static byte[] content(String name, int length) {
        byte[] bytes = new byte[length];
        new Random(name.hashCode()).nextBytes(bytes);
        return bytes;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    /** Returns where chunks end if the chunker itself never cuts before it must. */
    private List<Integer> ends(byte[] bytes) {
        return ends(bytes, bytes.length, SIZES);
    }

    private static List<Integer> ends(byte[] bytes, int window, ChunkSizes sizes) {
        ArchiveParts parts = new ArchiveParts(sizes);
        List<Integer> ends = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int end = parts.end(bytes, at, Math.min(bytes.length, at + window));
            int length = Math.min(end - at, sizes.maximum());
            assertThat(length).isPositive();
            assertThat(length == bytes.length - at || length >= sizes.minimum()).isTrue();
            parts.pass(length);
            at += length;
            ends.add(at);
        }
        return ends;
    }

    @Test
    void aLargeMemberBeginsAndEndsAChunkAndSoDoesItsHeader() {
        int first = tar("first", 10_000);
        int second = tar("second", 20_000);
        int end = tar("third", 4_096);
        archive.writeBytes(new byte[1_024]);

        assertThat(first).isZero();
        assertThat(ends(archive.toByteArray()))
                .containsExactly(
                        1_024,
                        second,
                        second + 1_024,
                        end,
                        end + 1_024,
                        archive.size() - 1_024,
                        archive.size());
    }

    @Test
    void smallMembersAreGathered() {
        for (int i = 0; i < 20; i++) {
            tar("small" + i, 600);
        }
        archive.writeBytes(new byte[1_024]);
        // Each has 1,536 bytes; three of them are the first 4,096 or more.
        assertThat(ends(archive.toByteArray()))
                .containsExactly(4_608, 9_216, 13_824, 18_432, 23_040, 27_648, 31_744);
    }

    @Test
    void fourShortestChunksAreLarge() {
        tar("small", 4_096 - 1_024);
        int large = tar("large", 4_096 - 512);
        tar("last", 10);
        archive.writeBytes(new byte[1_024]);

        assertThat(large).isEqualTo(3_584);
        assertThat(ends(archive.toByteArray())).startsWith(large, large + 1_024, large + 4_096);
    }

    @Test
    void anExtendedHeaderBelongsToTheMemberBehindIt() {
        tar("first", 10_000);
        int extended = tar("PaxHeader", 700, 'x', 0);
        tar("second", 10_000);
        int named = tar("././@LongLink", 300, 'L', 0);
        tar("third", 10_000);

        assertThat(ends(archive.toByteArray()))
                .contains(extended, extended + 1_024, named, named + 1_024);
    }

    @Test
    void foldersAndLinksHaveNoContentWhateverTheirSize() {
        tar("folder", 5_000, '5', 0);
        tar("link", 5_000, '2', 0);
        int file = tar("file", 10_000);

        assertThat(file).isEqualTo(1_024);
        assertThat(ends(archive.toByteArray())).startsWith(file, file + 1_024);
    }

    @Test
    void aTimeThatDiffersChangesOnlyTheFirstChunkOfALargeMember() {
        for (int i = 0; i < 8; i++) {
            tar("member" + i, 15_000, '0', 1_000);
        }
        byte[] before = archive.toByteArray();
        archive.reset();
        for (int i = 0; i < 8; i++) {
            tar("member" + i, 15_000, '0', 2_000);
        }
        byte[] after = archive.toByteArray();

        assertThat(ends(after)).isEqualTo(ends(before));
        int same = 0;
        int at = 0;
        for (int end : ends(before)) {
            same += Arrays.equals(before, at, end, after, at, end) ? end - at : 0;
            at = end;
        }
        assertThat(same).isEqualTo(before.length - 8 * 1_024);
    }

    @Test
    void zipEntriesThatTellTheirSizeAreMembersToo() {
        zip("a", 10_000, 0);
        int second = zip("bcd", 5_000, 0);
        int directory = archive.size();
        archive.writeBytes("PK\1\2".getBytes(StandardCharsets.US_ASCII));
        archive.writeBytes(new byte[6_000]);

        assertThat(second).isEqualTo(10_038);
        assertThat(ends(archive.toByteArray()))
                .containsExactly(1_024, second, second + 1_024, directory, directory + 6_004);
    }

    @Test
    void behindAZipEntryWithoutItsSizeNothingIsKnown() {
        zip("a", 10_000, 0);
        int unknown = zip("b", 10_000, 1 << 3);
        zip("c", 10_000, 0);

        assertThat(ends(archive.toByteArray())).containsExactly(1_024, unknown, archive.size());
    }

    @Test
    void otherContentHasNoParts() {
        byte[] bytes = content("noise", 100_000);
        assertThat(new ArchiveParts(SIZES).end(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        bytes[0] = 'P';
        bytes[1] = 'K';
        assertThat(new ArchiveParts(SIZES).end(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        for (int length : new int[] {1, 29, 30, 511, 512}) {
            assertThat(new ArchiveParts(SIZES).end(new byte[length], 0, length)).isEqualTo(length);
        }
    }

    @Test
    void aHeaderWithAWrongChecksumEndsTheSearch() {
        tar("first", 10_000);
        int broken = tar("second", 10_000);
        tar("third", 10_000);
        byte[] bytes = archive.toByteArray();
        bytes[broken]++;

        assertThat(ends(bytes)).containsExactly(1_024, broken, bytes.length);
    }

    @Test
    void aSizeThatCannotBeIsNoHeader() {
        for (String size : List.of("77777777777x", "-0000000001 ", "9           ")) {
            archive.reset();
            tar("first", 10_000);
            byte[] bytes = archive.toByteArray();
            put(bytes, 124, size);
            put(bytes, 148, "        ");
            int sum = 0;
            for (int i = 0; i < 512; i++) {
                sum += bytes[i] & 0xFF;
            }
            put(bytes, 148, "%06o\0 ".formatted(sum));
            assertThat(ends(bytes)).as(size).containsExactly(bytes.length);
        }
    }

    @Test
    void aMemberLongerThanTheLongestChunkIsFoundAgainAtItsEnd() {
        tar("long", 300_001);
        int second = tar("second", 10_000);

        assertThat(ends(archive.toByteArray())).contains(second, second + 1_024);
    }

    @Test
    void theBytesThatHappenToBeThereDoNotMatter() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            archive.reset();
            while (archive.size() < 300_000) {
                int size =
                        switch (random.nextInt(3)) {
                            case 0 -> random.nextInt(600);
                            case 1 -> random.nextInt(10_000);
                            // So that headers come to lie across the end of the longest chunk.
                            default -> 32_768 - 2_048 + random.nextInt(2_048);
                        };
                tar("m" + random.nextInt(), size, random.nextInt(4) == 0 ? 'x' : '0', round);
            }
            byte[] bytes = archive.toByteArray();
            ChunkSizes odd = new ChunkSizes(1_001, 8_192, 32_768 + random.nextInt(512));
            assertThat(ends(bytes, odd.maximum(), odd)).isEqualTo(ends(bytes, bytes.length, odd));
        }
    }

    @Test
    void aHeaderAcrossTheEndOfWhatIsSeenIsNotLost() {
        ChunkSizes sizes = new ChunkSizes(1_024, 8_192, 32_768 + 100);
        tar("first", 1_024 + 32_768 - 512);
        int second = tar("second", 10_000);

        // It begins 100 bytes before the end of the longest chunk from 1,024 on.
        assertThat(second).isEqualTo(1_024 + sizes.maximum() - 100);
        assertThat(ends(archive.toByteArray(), archive.size(), sizes))
                .startsWith(1_024, second, second + 1_024);
    }

    @Test
    void aHeaderThatALongExtendedOnePushesOverThatEndIsLost() {
        ChunkSizes sizes = new ChunkSizes(1_024, 8_192, 9_216 + 100);
        tar("PaxHeader", 9_216 - 512, 'x', 0);
        tar("small", 600);
        int next = tar("next", 10_000);

        // The chunk cannot end before the member, for that is where it begins itself.
        assertThat(ends(archive.toByteArray(), archive.size(), sizes))
                .containsExactly(sizes.maximum(), 2 * sizes.maximum(), archive.size());
        assertThat(next).isGreaterThan(sizes.maximum());
    }

    @Test
    void hostileBytesMoveNoBoundaryOutOfTheSizes() {
        Random random = new Random(2);
        for (int round = 0; round < 2_000; round++) {
            archive.reset();
            while (archive.size() < 60_000) {
                if (random.nextInt(8) == 0) {
                    zip("z", random.nextInt(3_000), random.nextInt(20) == 0 ? 8 : 0);
                } else {
                    tar("t", random.nextInt(6_000), "0xL5g1".charAt(random.nextInt(6)), 0);
                }
            }
            byte[] bytes = archive.toByteArray();
            for (int i = random.nextInt(4); i > 0; i--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            // Checks each length, and that it comes to an end.
            ends(bytes);
            ends(bytes, bytes.length, new ChunkSizes(64, 128, 256));
        }
    }
}
