package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.testkit.ManualClock;
import org.stoq.testkit.MemoryChunkStore;
import org.stoq.testkit.SeededBytes;

class ContentAdapterTest {
    private final TestNode node = new TestNode(1);

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void returnsWhatWasPutWhateverItsLength() throws IOException {
        for (int length :
                new int[] {0, 1, 4_095, 4_096, 65_536, 1 << 20, (3 << 20) + 1, 9_000_000}) {
            byte[] content = SeededBytes.random(length, length);
            TestNode.Answer answer = node.put("object", content);
            assertThat(answer.results().integer(3)).isEqualTo(length);
            assertThat(answer.results().digest(2)).isEqualTo(Digest.of(content));
            assertThat(node.get("object")).isEqualTo(content);
        }
    }

    @Test
    void returnsWhatCameWithoutAnAnnouncedLengthInSmallPieces() throws IOException {
        byte[] content = SeededBytes.words(5, 5_000_000);
        node.putStream("object", new PacedSource(content, 1_400, offset -> {}));
        assertThat(node.get("object")).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, (1 << 20) + 1})
    void anotherChunkerTakesOverFromOneThatCutsWhatCannotBeCut(int length) throws IOException {
        node.strategies.offer(
                Chunker.class,
                new Chunker() {
                    @Override
                    public String name() {
                        return "wild";
                    }

                    @Override
                    public int cut(byte[] bytes, int from, int to, ChunkSizes sizes) {
                        return length;
                    }
                });
        node.strategies.slot(Chunker.class).prefer("wild");
        assertThat(node.strategies.slot(Chunker.class).activeName()).contains("wild");
        byte[] content = SeededBytes.random(8, 3_000_000);
        node.put("object", content);
        assertThat(node.get("object")).isEqualTo(content);
        assertThat(node.strategies.slot(Chunker.class).activeName()).contains("fastcdc");
    }

    @Test
    void returnsRangesAtAndAroundChunkBorders() throws IOException {
        byte[] content = SeededBytes.random(7, 1_500_000);
        node.put("object", content);
        TreeSet<Long> borders = new TreeSet<>(List.of(0L, (long) content.length));
        long at = 0;
        for (Digest chunk : node.chunksOf("object")) {
            at += node.parts.local().uncached(chunk).orElseThrow().length;
            borders.add(at);
            borders.add(at - 1);
            borders.add(Math.min(content.length, at + 1));
        }
        assertThat(borders).hasSizeGreaterThan(20);
        for (long from : borders) {
            for (long to : new TreeSet<>(borders.tailSet(from)).stream().limit(5).toList()) {
                assertThat(node.get("object", from, to - from))
                        .isEqualTo(Arrays.copyOfRange(content, (int) from, (int) to));
            }
        }
        assertThat(node.get("object", 1, content.length - 1))
                .isEqualTo(Arrays.copyOfRange(content, 1, content.length));
    }

    @Test
    void refusesRangesOutsideTheObject() throws IOException {
        node.put("object", new byte[100]);
        assertThat(node.get("object", 100, 0)).isEmpty();
        assertCode(StoqErrorCode.PRECONDITION_FAILED, () -> node.get("object", 0, 101));
        assertCode(StoqErrorCode.PRECONDITION_FAILED, () -> node.get("object", 101, 0));
        assertCode(StoqErrorCode.PRECONDITION_FAILED, () -> node.get("object", -1, 1));
        assertCode(StoqErrorCode.PRECONDITION_FAILED, () -> node.get("object", 1, Long.MAX_VALUE));
        assertCode(StoqErrorCode.PRECONDITION_FAILED, () -> node.get("object", Long.MAX_VALUE, 1));
    }

    @Test
    void getsByManifestDigestAlsoWhatWasOverwritten() throws IOException {
        Digest first = node.put("object", new byte[] {1}).results().digest(1);
        node.put("object", new byte[] {2});
        assertThat(node.get("object")).containsExactly(2);
        assertThat(node.call("get", CborMap.builder().put(2, first).build()).body())
                .containsExactly(1);
    }

    @Test
    void neverServesWhatWasRemovedNotEvenByDigest() throws IOException {
        Digest manifest = node.put("object", new byte[] {1}).results().digest(1);
        node.remove("object");
        assertCode(StoqErrorCode.NOT_FOUND, () -> node.get("object"));
        assertCode(
                StoqErrorCode.NOT_FOUND,
                () -> node.call("get", CborMap.builder().put(2, manifest).build()));
        assertCode(StoqErrorCode.NOT_FOUND, () -> node.remove("object"));
        node.put("object", new byte[] {3});
        assertThat(node.get("object")).containsExactly(3);
    }

    @Test
    void describesAnObject() throws IOException {
        CborMap attributes = CborMap.builder().put(1, 1L).put(2, 0644L).put(3, 77L).build();
        node.call(
                "put",
                CborMap.builder().put(1, "a/b").put(2, "text/html").put(3, attributes).build(),
                new byte[] {1, 2, 3});
        CborMap head = node.call("head", CborMap.builder().put(1, "a/b").build()).results();
        assertThat(head.digest(2)).isEqualTo(Digest.of(new byte[] {1, 2, 3}));
        assertThat(head.integer(3)).isEqualTo(3);
        assertThat(head.text(4)).isEqualTo("text/html");
        assertThat(head.map(5)).isEqualTo(attributes);
        assertThat(head.list(8)).hasSize(2);
        assertThat(head.digest(9)).isEqualTo(node.id().digest());
        assertThat(head.integer(10)).isEqualTo(node.clock.millis());
        assertThat(head.text(11)).isEqualTo("a/b");
    }

    @Test
    void aTarWhoseHeadersHaveChangedSharesTheContentOfItsLargeMembers() throws IOException {
        CborMap first = node.put("first", tar(1_000)).results();
        CborMap second = node.put("second", tar(2_000)).results();
        // Of each of the eight members the first 4 KiB, header included, and no more.
        assertThat(second.integer(6)).isEqualTo(8);
        assertThat(second.integer(4)).isEqualTo(8 * 4_096);
        assertThat(first.integer(4)).isEqualTo(8 * 50_176);
    }

    /** Members of 50,176 bytes with their headers, which have another time each time. */
    private static byte[] tar(int time) {
        byte[] archive = new byte[8 * 50_176];
        for (int member = 0; member < 8; member++) {
            int at = member * 50_176;
            text(archive, at, "member" + member);
            text(archive, at + 124, "%011o".formatted(49_664));
            text(archive, at + 136, "%011o".formatted(time));
            text(archive, at + 148, "        ");
            text(archive, at + 156, "0");
            text(archive, at + 257, "ustar");
            int sum = 0;
            for (int i = at; i < at + 512; i++) {
                sum += archive[i];
            }
            text(archive, at + 148, "%06o".formatted(sum));
            archive[at + 154] = 0;
            System.arraycopy(SeededBytes.random(member, 49_664), 0, archive, at + 512, 49_664);
        }
        return archive;
    }

    private static void text(byte[] archive, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, archive, at, bytes.length);
    }

    @Test
    void countsNewAndKnownChunks() throws IOException {
        byte[] content = SeededBytes.random(3, 1_000_000);
        CborMap first = node.put("one", content).results();
        assertThat(first.integer(4)).isEqualTo(1_000_000);
        assertThat(first.integer(5)).isEqualTo(first.integer(6)).isGreaterThan(5);
        CborMap second = node.put("two", content).results();
        assertThat(second.integer(4)).isZero();
        assertThat(second.integer(5)).isEqualTo(first.integer(5));
        assertThat(second.integer(6)).isZero();
    }

    @Test
    void refusesAnObjectOtherThanAnnounced() throws IOException {
        CborMap arguments =
                CborMap.builder().put(1, "object").put(4, Digest.of(new byte[] {9})).build();
        assertCode(StoqErrorCode.INTEGRITY, () -> node.call("put", arguments, new byte[] {8}));
        Request longer =
                Request.of("content", "put", CborMap.builder().put(1, "object").build())
                        .withBody(3);
        assertCode(
                StoqErrorCode.INVALID_REQUEST,
                () ->
                        node.call(
                                longer,
                                Channels.newChannel(new ByteArrayInputStream(new byte[2])),
                                new ByteArrayOutputStream(),
                                Channels.newChannel(new ByteArrayOutputStream())));
        assertThat(node.knows("object")).isFalse();
    }

    @Test
    void refusesNamesThatNameNothing() {
        for (String name :
                List.of("", "/a", "a/", "a//b", "./a", "a/..", "a\nb", "x".repeat(1_025))) {
            assertCode(StoqErrorCode.INVALID_REQUEST, () -> node.put(name, new byte[1]));
            assertCode(StoqErrorCode.INVALID_REQUEST, () -> node.get(name));
            assertCode(StoqErrorCode.INVALID_REQUEST, () -> node.remove(name));
        }
    }

    @Test
    void takesTheLongestNameAndMediaTypeAndNotOneMore() throws IOException {
        String name = "n".repeat(Manifest.MAX_NAME_BYTES);
        String type = "t".repeat(Manifest.MAX_MEDIA_TYPE);
        node.call("put", CborMap.builder().put(1, name).put(2, type).build());
        assertThat(node.get(name)).isEmpty();
        assertThat(names("", 10)).containsExactly(name);
        assertCode(
                StoqErrorCode.TOO_LARGE,
                () -> node.call("put", CborMap.builder().put(1, "a").put(2, type + "t").build()));
    }

    @Test
    void refusesMethodsItDoesNotHaveAndTombstonesByPut() {
        assertCode(StoqErrorCode.NOT_FOUND, () -> node.call("fly", CborMap.EMPTY));
        CborMap tombstone =
                CborMap.builder().put(1, "a").put(3, CborMap.builder().put(1, 3L).build()).build();
        assertCode(StoqErrorCode.INVALID_REQUEST, () -> node.call("put", tombstone));
    }

    @Test
    void asksForTheRoleThatEachMethodNeeds() {
        assertThat(List.of("get", "head", "ls", "x"))
                .allMatch(m -> node.adapter.requiredRole(m) == Role.ANONYMOUS);
        assertThat(List.of("gc", "verify"))
                .allMatch(m -> node.adapter.requiredRole(m) == Role.OPERATOR);
        assertThat(List.of("put", "rm", "chunks", "names", "manifest", "pull", "behind"))
                .allMatch(m -> node.adapter.requiredRole(m) == Role.NODE);
    }

    @Test
    void onlyWhatReadsMayBeRepeated() {
        assertThat(List.of("get", "head", "ls", "names", "manifest", "chunks", "stats"))
                .allMatch(node.adapter::replaySafe);
        assertThat(List.of("put", "rm", "pull", "behind", "gc", "verify", "x"))
                .noneMatch(node.adapter::replaySafe);
    }

    @Test
    void listsEveryNameOnceWhateverThePageSize() throws IOException {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            String name = "dir/%04d-%s".formatted(i, "x".repeat(i % 120));
            node.put(name, new byte[] {(byte) i});
            if (i % 7 == 0) {
                node.remove(name);
            } else {
                expected.add(name);
            }
        }
        node.put("other", new byte[1]);
        for (int limit : new int[] {1, 2, 7, 256, 100_000}) {
            assertThat(names("dir/", limit)).isEqualTo(expected);
        }
        assertThat(names("", 50)).hasSize(expected.size() + 1).endsWith("other");
        assertThat(names("nothing", 50)).isEmpty();
    }

    @Test
    void honoursTheLimitOfAPageAndRefusesNone() throws IOException {
        for (int i = 0; i < 5; i++) {
            node.put("n" + i, new byte[0]);
        }
        CborMap page =
                node.call("ls", CborMap.builder().put(1, "").put(2, "").put(3, 2).build())
                        .results();
        assertThat(page.list(1)).hasSize(2);
        assertThat(page.bool(2)).isTrue();
        assertThat(page.text(3)).isEqualTo("n1");
        assertCode(
                StoqErrorCode.INVALID_REQUEST,
                () -> node.call("ls", CborMap.builder().put(3, 0).build()));
        assertCode(
                StoqErrorCode.INVALID_REQUEST,
                () -> node.call("names", CborMap.builder().put(2, 0).build()));
    }

    @Test
    void endsPagesOfRemovedNamesAndGoesOnBehindThem() throws IOException {
        for (int i = 0; i < 4_200; i++) {
            String name = "gone/%05d".formatted(i);
            node.put(name, new byte[0]);
            node.remove(name);
        }
        node.put("here", new byte[0]);
        CborMap first = node.call("ls", CborMap.EMPTY).results();
        assertThat(first.list(1)).isEmpty();
        assertThat(first.bool(2)).isTrue();
        assertThat(names("", 256)).containsExactly("here");
    }

    @Test
    void tellsItsCounts() throws IOException {
        node.put("object", SeededBytes.words(1, 500_000));
        node.get("object");
        CborMap stats = node.call("stats", CborMap.EMPTY).results();
        assertThat(stats.keys()).hasSize(22);
        assertThat(stats.integer(1)).isEqualTo(1);
        assertThat(stats.integer(2)).isGreaterThan(1);
        assertThat(stats.integer(3)).isGreaterThan(500_000);
        assertThat(stats.integer(4)).isLessThan(stats.integer(3));
        assertThat(stats.bool(7)).isFalse();
        assertThat(stats.integer(8)).isEqualTo(1);
        assertThat(stats.integer(13)).isEqualTo(6);
        assertThat(stats.integer(14)).isEqualTo(1);
        assertThat(stats.integer(15)).isEqualTo(500_000);
        assertThat(stats.integer(16)).isEqualTo(500_000);
        assertThat(stats.integer(17)).isZero();
    }

    @Test
    void keepsSomeBytesOfEveryModeOfCompression() throws IOException {
        byte[] content = SeededBytes.words(9, 300_000);
        for (String mode : List.of("none", "lz4", "zstd", "auto")) {
            node.parts.apply(TestNode.config(Map.of("compression", mode)));
            byte[] own =
                    SeededBytes.insert(content, 0, (byte) mode.length(), (byte) mode.charAt(0));
            node.put(mode, own);
            assertThat(node.get(mode)).isEqualTo(own);
        }
        assertThat(algorithmOf("none")).isEqualTo("none");
        assertThat(algorithmOf("lz4")).isEqualTo("lz4");
        assertThat(algorithmOf("zstd")).isEqualTo("zstd");
        assertThat(algorithmOf("auto")).isEqualTo("zstd");
    }

    @Test
    void leavesPlainWhatDoesNotShrink() throws IOException {
        node.put("object", SeededBytes.random(4, 300_000));
        assertThat(algorithmOf("object")).isEqualTo("none");
    }

    @Test
    void refusesWhatDoesNotFitAndKeepsWhatIsThere() throws IOException {
        try (TestNode small =
                new TestNode(2, new MemoryChunkStore(400_000), new ManualClock(), Map.of())) {
            byte[] content = SeededBytes.random(1, 200_000);
            small.put("fits", content);
            assertCode(
                    StoqErrorCode.STORAGE_FULL,
                    () -> small.put("does not", SeededBytes.random(2, 500_000)));
            assertThat(small.get("fits")).isEqualTo(content);
            assertThat(small.knows("does not")).isFalse();
            small.gc();
            small.put("fits now", SeededBytes.random(3, 100_000));
        }
    }

    @Test
    void dropsWhatVerifyFindsDamaged() throws IOException {
        node.put("object", SeededBytes.random(1, 300_000));
        Digest bad = node.chunksOf("object").get(1);
        node.store().damage(bad);
        CborMap results = node.verify();
        assertThat(results.integer(3)).isEqualTo(1);
        assertThat((byte[]) results.list(4).getFirst()).isEqualTo(bad.toBytes());
        assertThat(results.bool(5)).isTrue();
        assertThat(node.parts.local().has(bad)).isFalse();
        assertThat(node.call("stats", CborMap.EMPTY).results().integer(19)).isEqualTo(1);
        assertThat(node.verify().integer(3)).isZero();
    }

    @Test
    void leavesNothingRunningWhenTheClientBreaksOff() throws Exception {
        node.put("object", SeededBytes.random(1, 12_000_000));
        WritableByteChannel broken =
                new WritableByteChannel() {
                    @Override
                    public int write(ByteBuffer source) throws IOException {
                        throw new StoqException(StoqErrorCode.CANCELLED, "the client is gone");
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }

                    @Override
                    public void close() {}
                };
        Request request = Request.of("content", "get", CborMap.builder().put(1, "object").build());
        assertCode(
                StoqErrorCode.CANCELLED,
                () ->
                        node.call(
                                request,
                                Channels.newChannel(new ByteArrayInputStream(new byte[0])),
                                new ByteArrayOutputStream(),
                                broken));
        assertThat(node.parts.collector().isPinned(node.parts.catalog().bound("object").get()))
                .isFalse();
        Await.until("threads end", () -> node.parts.tasks().size() == 0);
    }

    @Test
    void keepsNothingOfAPutThatBreaksOffBeyondTheNextCollection() throws Exception {
        byte[] content = SeededBytes.random(1, 3_000_000);
        PacedSource breaking =
                new PacedSource(
                        content,
                        100_000,
                        offset -> {
                            if (offset > 2_500_000) {
                                throw new StoqException(StoqErrorCode.CANCELLED, "reset");
                            }
                        });
        assertCode(StoqErrorCode.CANCELLED, () -> node.putStream("object", breaking));
        assertThat(node.store().stats().chunks()).isGreaterThan(10);
        Await.until("threads end", () -> node.parts.tasks().size() == 0);
        node.gc();
        assertThat(node.store().stats().chunks()).isZero();
    }

    @Test
    void forgetsOldTombstonesInACollectionAndNoYoungerOnes() throws IOException {
        node.put("object", new byte[1]);
        node.remove("object");
        // A millisecond more: the tombstone is later than what it replaces.
        node.clock.advance(Catalog.TOMBSTONE_LIFE.plusMillis(1));
        node.gc();
        assertThat(node.parts.catalog().bound("object")).isPresent();
        node.clock.advance(Duration.ofMillis(1));
        node.gc();
        assertThat(node.parts.catalog().bound("object")).isEmpty();
    }

    private String algorithmOf(String name) throws IOException {
        return node.parts.local().encoded(node.chunksOf(name).getFirst()).orElseThrow().algorithm();
    }

    private List<String> names(String prefix, int limit) throws IOException {
        List<String> names = new ArrayList<>();
        String after = "";
        boolean more = true;
        while (more) {
            CborMap page =
                    node.call(
                                    "ls",
                                    CborMap.builder()
                                            .put(1, prefix)
                                            .put(2, after)
                                            .put(3, limit)
                                            .build())
                            .results();
            for (Object item : page.list(1)) {
                names.add(((CborMap) item).text(1));
            }
            assertThat(page.list(1)).hasSizeLessThanOrEqualTo(limit);
            more = page.bool(2);
            after = page.text(3);
        }
        return names;
    }

    static void assertCode(StoqErrorCode code, Action action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        StoqException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    /** Something that may throw. */
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }
}
