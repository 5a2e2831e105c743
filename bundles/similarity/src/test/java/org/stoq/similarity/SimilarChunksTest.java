package org.stoq.similarity;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.stoq.chunking.ZstdCompressor;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.chunk.SimilarChunks;
import org.stoq.testkit.SeededBytes;

/** The whole way of a chunk, with the parts that a node uses. */
class SimilarChunksTest {
    private final SketchIndex index = new SketchIndex();
    private final ZstdDelta deltas = new ZstdDelta();
    private final ZstdCompressor zstd = new ZstdCompressor();
    private final Map<Digest, EncodedChunk> stored = new HashMap<>();
    private int found;

    @Test
    void aChunkWithAFewEditsIsStoredAsADifference() throws StoqException {
        byte[] first = SeededBytes.words(1, 65_536);
        byte[] second = edited(first, 1);
        EncodedChunk alone = keep(first);
        EncodedChunk delta = keep(second);
        assertThat(alone.base()).isEmpty();
        assertThat(delta.base()).contains(Digest.of(first));
        assertThat(delta.algorithm()).isEqualTo("zstd-delta");
        assertThat(delta.bytes().length).isLessThan(alone.bytes().length / 20);
        assertThat(read(Digest.of(second))).isEqualTo(second);
    }

    @Test
    void chainsAreBounded() throws StoqException {
        byte[] version = SeededBytes.words(1, 65_536);
        keep(version);
        for (int i = 1; i < 20; i++) {
            version = edited(version, i);
            assertThat(keep(version).base()).isPresent();
            assertThat(depth(Digest.of(version))).isBetween(1, SimilarChunks.MAX_DEPTH);
            assertThat(read(Digest.of(version))).isEqualTo(version);
        }
    }

    @Test
    void whatSavesLessThanHalfIsStoredAlone() throws StoqException {
        byte[] base = SeededBytes.words(1, 65_536);
        keep(base);
        byte[] mostlyNew = SeededBytes.words(2, 65_536);
        System.arraycopy(base, 0, mostlyNew, 0, 20_000);
        assertThat(keep(mostlyNew).base()).isEmpty();
        assertThat(keep(edited(mostlyNew, 1)).base()).contains(Digest.of(mostlyNew));
    }

    @Test
    void aBaseThatIsGoneIsNoHindrance() throws StoqException {
        byte[] base = SeededBytes.words(1, 65_536);
        keep(base);
        stored.clear();
        byte[] next = edited(base, 1);
        assertThat(keep(next).base()).isEmpty();
        assertThat(read(Digest.of(next))).isEqualTo(next);
    }

    @Test
    void aChunkIsNeverItsOwnBase() throws StoqException {
        byte[] chunk = SeededBytes.words(1, 65_536);
        keep(chunk);
        // As when it has left the store in between, and is still in the index.
        assertThat(keep(chunk).base()).isEmpty();
    }

    @Test
    void aBaseIsAtMostFourTimesAsLong() throws StoqException {
        byte[] base = SeededBytes.words(1, 65_536);
        keep(base);
        assertThat(keep(Arrays.copyOf(base, 16_384)).base()).contains(Digest.of(base));
        byte[] shorter = Arrays.copyOfRange(base, 1, 16_384);
        assertThat(keep(edited(shorter, 1)).base()).isNotEqualTo(Optional.of(Digest.of(base)));
    }

    @Test
    void noDifferenceTakesMoreRoomThanTheChunkAlone() throws StoqException {
        // Next to nothing alone, and as much as that as a difference.
        byte[] zeros = new byte[65_536];
        byte[] nearly = SeededBytes.insert(new byte[65_500], 30_000, SeededBytes.random(1, 40));
        keep(zeros);
        EncodedChunk encoded = keep(nearly);
        assertThat(encoded.bytes().length + (encoded.base().isPresent() ? 32 : 0))
                .isLessThanOrEqualTo(alone(nearly).bytes().length);
    }

    @Test
    void aChunkThatIsSurelySmallIsNotCompressedTwice() throws StoqException {
        byte[] first = SeededBytes.words(1, 65_536);
        keep(first);
        byte[] second = edited(first, 1);
        EncodedChunk delta =
                new SimilarChunks(index, deltas, this::find)
                        .encode(
                                Digest.of(second),
                                second,
                                0,
                                second.length,
                                () -> {
                                    throw new AssertionError("compressed alone");
                                });
        assertThat(delta.base()).contains(Digest.of(first));
    }

    @Test
    void whatNoCompressorShrinksIsNotRemembered() throws StoqException {
        byte[] noise = SeededBytes.random(1, 65_536);
        keep(noise);
        assertThat(index.similar(index.sketch(noise, 0, noise.length), 1)).isEmpty();
        byte[] tiny = SeededBytes.words(1, 1_023);
        keep(tiny);
        assertThat(index.similar(index.sketch(tiny, 0, tiny.length), 1)).isEmpty();
        byte[] least = SeededBytes.words(1, 1_024);
        keep(least);
        assertThat(index.similar(index.sketch(least, 0, least.length), 1)).hasSize(1);
    }

    @Test
    void degenerateContentSurvives() throws StoqException {
        for (int length : new int[] {1_024, 4_096, 65_537, 1 << 20}) {
            for (int seed = 0; seed < 3; seed++) {
                byte[] periodic = SeededBytes.periodic(seed, 1 + 3 * seed, length);
                keep(periodic);
                assertThat(read(Digest.of(periodic))).isEqualTo(periodic);
                byte[] changed = SeededBytes.insert(periodic, length / 2, (byte) 1);
                keep(changed);
                assertThat(read(Digest.of(changed))).isEqualTo(changed);
            }
        }
    }

    @Test
    void trialsThatDoNotPayBecomeRare() throws StoqException {
        // Chunks that share a little text, as license headers, but else nothing.
        byte[] header = SeededBytes.words(0, 12_000);
        SimilarChunks object = new SimilarChunks(index, deltas, this::find);
        for (int i = 1; i <= 600; i++) {
            byte[] chunk = SeededBytes.words(i, 65_536);
            System.arraycopy(header, 0, chunk, 0, header.length);
            byte[] alone = zstd.compress(chunk, 0, chunk.length);
            EncodedChunk encoded =
                    object.encode(
                            Digest.of(chunk),
                            chunk,
                            0,
                            chunk.length,
                            () -> new EncodedChunk("zstd", chunk.length, alone));
            stored.put(Digest.of(chunk), encoded);
            assertThat(encoded.base()).isEmpty();
        }
        assertThat(found).isBetween(8, 8 + 600 / 32);
    }

    private EncodedChunk keep(byte[] plain) throws StoqException {
        EncodedChunk encoded =
                new SimilarChunks(index, deltas, this::find)
                        .encode(Digest.of(plain), plain, 0, plain.length, () -> alone(plain));
        stored.put(Digest.of(plain), encoded);
        return encoded;
    }

    private EncodedChunk alone(byte[] plain) {
        byte[] compressed = zstd.compress(plain, 0, plain.length);
        return compressed.length < plain.length * 95L / 100
                ? new EncodedChunk("zstd", plain.length, compressed)
                : EncodedChunk.plain(plain);
    }

    private Optional<SimilarChunks.Base> find(Digest digest) throws StoqException {
        found++;
        return stored.containsKey(digest)
                ? Optional.of(
                        new SimilarChunks.Base(read(digest), depth(digest), aloneBytes(digest)))
                : Optional.empty();
    }

    private int aloneBytes(Digest digest) {
        EncodedChunk chunk = requireNonNull(stored.get(digest));
        return chunk.base().map(this::aloneBytes).orElse(chunk.bytes().length);
    }

    private int depth(Digest digest) {
        Optional<Digest> base = requireNonNull(stored.get(digest)).base();
        return base.isEmpty() ? 0 : 1 + depth(base.get());
    }

    private byte[] read(Digest digest) throws StoqException {
        EncodedChunk chunk = requireNonNull(stored.get(digest));
        if (chunk.base().isPresent()) {
            byte[] base = read(chunk.base().get());
            return deltas.decompress(chunk.bytes(), chunk.plainLength(), base);
        }
        return chunk.algorithm().equals(EncodedChunk.PLAIN)
                ? chunk.bytes()
                : zstd.decompress(chunk.bytes(), chunk.plainLength());
    }

    private static byte[] edited(byte[] bytes, int seed) {
        byte[] changed = Arrays.copyOf(bytes, bytes.length);
        byte[] patch = SeededBytes.random(seed, 30);
        System.arraycopy(patch, 0, changed, (seed * 7_919) % (bytes.length - 30), patch.length);
        return changed;
    }
}
