package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborWriter;
import org.stoq.sdk.chunk.ChunkSizes;

class ChunkListTest {
    private final TestNode.Identity signer = new TestNode.Identity(1);
    private final Map<Digest, byte[]> lists = new HashMap<>();
    private int read;

    private static Digest digest(long number) {
        return Digest.copyOf(ByteBuffer.allocate(Digest.BYTES).putLong(number).array());
    }

    private Manifest build(int chunks, long length) throws StoqException {
        ChunkListBuilder builder =
                new ChunkListBuilder((plain, bytes) -> {
                    lists.put(Digest.of(plain), plain);
                    return new ChunkRef(Digest.of(plain), bytes);
                });
        for (int i = 0; i < chunks; i++) {
            builder.add(new ChunkRef(digest(i), length));
        }
        List<ChunkRef> refs = builder.finish();
        return new Manifest(
                "name",
                "text/plain",
                chunks * length,
                digest(0),
                builder.depth(),
                refs,
                VersionVector.EMPTY,
                signer.id(),
                0,
                Attributes.FILE);
    }

    private ChunkCursor cursor(Manifest manifest, long offset) {
        return new ChunkCursor(
                manifest,
                offset,
                list -> {
                    read++;
                    return ChunkList.decode(
                            Objects.requireNonNull(lists.get(list.digest())), list.length());
                });
    }

    @Test
    void walksEveryChunkInOrderWhateverTheDepth() throws IOException {
        int full = ChunkList.MAX_REFS;
        for (int chunks :
                new int[] {0, 1, full, full + 1, 2 * full, full * full, full * full + 1}) {
            Manifest manifest = build(chunks, 7);
            assertThat(manifest.depth())
                    .isEqualTo(chunks <= full ? 0 : chunks <= full * full ? 1 : 2);
            ChunkCursor cursor = cursor(manifest, 0);
            int seen = 0;
            @Nullable ChunkRef ref = cursor.next();
            while (ref != null) {
                if (!ref.digest().equals(digest(seen))) {
                    assertThat(ref.digest()).isEqualTo(digest(seen));
                }
                seen++;
                ref = cursor.next();
            }
            assertThat(seen).isEqualTo(chunks);
        }
    }

    @Test
    void beginsAtAnyByteReadingOneListForEachLevel() throws IOException {
        int full = ChunkList.MAX_REFS;
        Manifest manifest = build(full * full + 1, 10);
        for (long offset : new long[] {0, 9, 10, 10L * full - 1, 10L * full, 5_000_003}) {
            read = 0;
            ChunkCursor cursor = cursor(manifest, offset);
            ChunkRef ref = Objects.requireNonNull(cursor.next());
            assertThat(ref.digest()).isEqualTo(digest(offset / 10));
            assertThat(cursor.offsetInFirst()).isEqualTo(offset % 10);
            assertThat(read).isEqualTo(2);
        }
        assertThat(cursor(manifest, manifest.size()).next()).isNull();
    }

    @Test
    void givesWindowsOfSoManyBytesOrChunks() throws IOException {
        Manifest manifest = build(100, 10);
        assertThat(cursor(manifest, 0).next(25, 64)).hasSize(3);
        assertThat(cursor(manifest, 0).next(1_000, 64)).hasSize(64);
        assertThat(cursor(manifest, 990).next(1_000, 64)).hasSize(1);
    }

    @Test
    void holdsNoMoreThanAListForEachLevel() throws StoqException {
        ChunkListBuilder builder =
                new ChunkListBuilder((plain, bytes) -> new ChunkRef(digest(1), bytes));
        for (int i = 0; i < 3_000_000; i++) {
            builder.add(new ChunkRef(digest(2), 1));
        }
        assertThat(builder.pending()).hasSize(3);
        assertThat(builder.pending()).allMatch(level -> level.size() <= ChunkList.MAX_REFS);
    }

    @Test
    void takesTheLargestChunkAndNotAByteMore() throws IOException {
        int largest = ChunkSizes.STANDARD.maximum();
        assertThat(cursor(build(1, largest), 0).next()).isNotNull();
        ContentAdapterTest.assertCode(
                StoqErrorCode.INTEGRITY, () -> cursor(build(1, largest + 1L), 0).next());
    }

    @Test
    void refusesListsThatAreNotWhatTheirReferenceSays() throws StoqException {
        List<ChunkRef> refs = List.of(new ChunkRef(digest(1), 5), new ChunkRef(digest(2), 6));
        byte[] plain = ChunkList.encode(refs);
        assertThat(ChunkList.decode(plain, 11)).isEqualTo(refs);
        for (long wrong : new long[] {10, 12, 5}) {
            ContentAdapterTest.assertCode(
                    StoqErrorCode.INTEGRITY, () -> ChunkList.decode(plain, wrong));
        }
        byte[] longer = Arrays.copyOf(plain, plain.length + 1);
        ContentAdapterTest.assertCode(
                StoqErrorCode.INVALID_REQUEST, () -> ChunkList.decode(longer, 11));
        byte[] odd = new CborWriter().array(1).bytes(digest(1).toBytes()).toBytes();
        ContentAdapterTest.assertCode(
                StoqErrorCode.INVALID_REQUEST, () -> ChunkList.decode(odd, 1));
        byte[] negative =
                new CborWriter().array(2).bytes(digest(1).toBytes()).integer(-1).toBytes();
        ContentAdapterTest.assertCode(StoqErrorCode.INTEGRITY, () -> ChunkList.decode(negative, 1));
    }

    @Test
    void takesAFullListAndNotOneReferenceMore() throws StoqException {
        List<ChunkRef> refs = new ArrayList<>();
        for (int i = 0; i < ChunkList.MAX_REFS; i++) {
            refs.add(new ChunkRef(digest(i), 1L << 50));
        }
        long length = ChunkList.MAX_REFS * (1L << 50);
        assertThat(ChunkList.decode(ChunkList.encode(refs), length)).isEqualTo(refs);
        assertThat(ChunkList.ofCbor(ChunkList.toCbor(refs))).isEqualTo(refs);
        refs.add(new ChunkRef(digest(5_000), 1));
        ContentAdapterTest.assertCode(
                StoqErrorCode.TOO_LARGE,
                () -> ChunkList.decode(ChunkList.encode(refs), length + 1));
        ContentAdapterTest.assertCode(
                StoqErrorCode.TOO_LARGE, () -> ChunkList.ofCbor(ChunkList.toCbor(refs)));
    }
}
