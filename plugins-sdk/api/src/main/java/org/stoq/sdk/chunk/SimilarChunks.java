package org.stoq.sdk.chunk;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;

/**
 * Encodes the chunks of one object, in their order: each as its difference from a similar earlier
 * chunk if that takes at most half of the room, else alone. Belongs to one thread; blocks as far as
 * {@link Earlier} does.
 *
 * <p>A chunk can only be read with its base, and that one with its own base; chains have at most
 * {@link #MAX_DEPTH} such steps. A chunk whose difference saves less than half is kept alone,
 * because it is worth more as a base for what comes later: chunks at the end of a chain are the
 * base of nothing.
 *
 * <pre>{@code
 * SimilarChunks object = new SimilarChunks(index, deltas, digest -> store.find(digest));
 * EncodedChunk encoded = object.encode(digest, bytes, from, length, () -> compressed(bytes));
 * }</pre>
 */
public final class SimilarChunks {
    /** How many chunks must be decoded before one can be, at most. */
    public static final int MAX_DEPTH = 2;

    /** Shorter chunks are kept alone: what could be saved is no more than naming a base costs. */
    static final int MIN_BYTES = 1 << 10;

    /** How many times as long as a chunk its base may be: it is read, and may be kept, for it. */
    static final int MAX_BASE_TIMES = 4;

    /** What a difference may take of the room that the chunk alone needs, in hundredths. */
    private static final int WORTHWHILE_PERCENT = 50;

    /** What it may take of the room that its base needs alone, so that the chunk is not tried. */
    private static final int SURE_PERCENT = 20;

    private final SimilarityIndex index;
    private final DeltaCompressor deltas;
    private final Earlier earlier;
    private final TrialGate gate = new TrialGate();

    /** Whether the chunk before could not be compressed. */
    private boolean noise;

    /** The chunks that there are already. */
    @FunctionalInterface
    public interface Earlier {
        /**
         * Finds a chunk.
         *
         * @return nothing if it is not here, or damaged
         * @throws StoqException if the store fails
         */
        Optional<Base> find(Digest digest) throws StoqException;
    }

    /** Encodes the chunk at hand without a base. */
    @FunctionalInterface
    public interface Alone {
        /** Encodes it; called once at most. */
        EncodedChunk encode() throws StoqException;
    }

    /**
     * An earlier chunk.
     *
     * @param plain its plain bytes; not copied, not changed
     * @param depth how many chunks must be decoded before it can be; 0 if it stands alone
     * @param aloneBytes about how many bytes it takes when it is encoded alone
     */
    public record Base(byte[] plain, int depth, int aloneBytes) {
        /** Returns what a chunk becomes that is decoded with the help of this one. */
        public Base with(byte[] nextPlain) {
            long alone = (long) aloneBytes * nextPlain.length / Math.max(1, plain.length);
            return new Base(nextPlain, depth + 1, (int) Math.min(alone, nextPlain.length));
        }
    }

    /** Begins an object. */
    public SimilarChunks(SimilarityIndex index, DeltaCompressor deltas, Earlier earlier) {
        this.index = index;
        this.deltas = deltas;
        this.earlier = earlier;
    }

    /**
     * Encodes the next chunk of the object, and remembers it as a base for later ones.
     *
     * @param digest SHA-256 of its plain bytes
     * @param bytes where it lies; borrowed, not changed
     * @param from index of its first byte
     * @param length its length in bytes
     * @param alone encodes it without a base
     * @return the shorter form
     */
    public EncodedChunk encode(Digest digest, byte[] bytes, int from, int length, Alone alone)
            throws StoqException {
        @Nullable EncodedChunk single = null;
        if (noise || length < MIN_BYTES) {
            single = encode(alone);
            if (noise || length < MIN_BYTES) {
                return single;
            }
        }
        int[] sketch = index.sketch(bytes, from, length);
        for (Digest candidate : index.similar(sketch, 1)) {
            Optional<Base> found = gate.admits() ? earlier.find(candidate) : Optional.empty();
            if (found.isEmpty() || candidate.equals(digest)) {
                continue;
            }
            Base base = found.get();
            if (base.depth() >= MAX_DEPTH || base.plain().length > (long) MAX_BASE_TIMES * length) {
                continue;
            }
            Optional<byte[]> delta = deltas.compress(bytes, from, length, base.plain());
            long needed = delta.isEmpty() ? Long.MAX_VALUE : delta.get().length + Digest.BYTES;
            long room = (long) base.aloneBytes() * length / Math.max(1, base.plain().length);
            if (single == null && needed > room * SURE_PERCENT / 100) {
                single = encode(alone);
            }
            room = single == null ? room : single.bytes().length;
            boolean pays = needed <= room * WORTHWHILE_PERCENT / 100;
            gate.tried(room, pays ? room - needed : 0);
            if (pays) {
                boolean end = base.depth() + 1 == MAX_DEPTH;
                index.remember(sketch, end ? candidate : digest);
                return new EncodedChunk(
                        deltas.name(), length, delta.orElseThrow(), Optional.of(candidate));
            }
        }
        single = single == null ? encode(alone) : single;
        if (!noise) {
            index.remember(sketch, digest);
        }
        return single;
    }

    /**
     * What no compressor shrinks, such as content that is compressed already, has nothing in common
     * with other content but by being the same: it is not remembered, and what follows it is looked
     * at only if it can be compressed.
     */
    private EncodedChunk encode(Alone alone) throws StoqException {
        EncodedChunk single = alone.encode();
        noise = single.algorithm().equals(EncodedChunk.PLAIN);
        return single;
    }
}
