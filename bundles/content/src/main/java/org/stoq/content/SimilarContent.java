package org.stoq.content;

import java.util.List;
import java.util.Optional;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.DeltaCompressor;
import org.stoq.sdk.chunk.SimilarChunks;
import org.stoq.sdk.chunk.SimilarityIndex;
import org.stoq.sdk.strategy.StrategySlot;

/**
 * Expresses chunks by similar ones, as far as the strategies for it are installed. They are used
 * call by call, so they may come, go and be replaced in the middle of an object; without them, and
 * where they fail, chunks stand alone. Any thread.
 */
final class SimilarContent {
    private static final System.Logger LOG = System.getLogger(SimilarContent.class.getName());

    private final StrategySlot<SimilarityIndex> indexes;
    private final StrategySlot<DeltaCompressor> deltas;
    private volatile boolean enabled;

    SimilarContent(
            StrategySlot<SimilarityIndex> indexes,
            StrategySlot<DeltaCompressor> deltas,
            boolean enabled) {
        this.indexes = indexes;
        this.deltas = deltas;
        this.enabled = enabled;
    }

    /** Sets whether objects that begin from now on are looked at. */
    void enable(boolean whether) {
        enabled = whether;
    }

    /** Begins an object; nothing if its chunks are to stand alone. */
    Optional<SimilarChunks> object(SimilarChunks.Earlier earlier) {
        return enabled && indexes.activeName().isPresent() && deltas.activeName().isPresent()
                ? Optional.of(new SimilarChunks(new ActiveIndex(), new ActiveDeltas(), earlier))
                : Optional.empty();
    }

    private static void without(StoqException why) {
        LOG.log(System.Logger.Level.DEBUG, "a chunk stands alone: {0}", why.getMessage());
    }

    /** Whatever index is active at the moment. */
    private final class ActiveIndex implements SimilarityIndex {
        @Override
        public String name() {
            return "active";
        }

        @Override
        public int[] sketch(byte[] plain, int from, int length) {
            try {
                return indexes.call(index -> index.sketch(plain, from, length));
            } catch (StoqException e) {
                without(e);
                return new int[0];
            }
        }

        @Override
        public List<Digest> similar(int[] sketch, int limit) {
            try {
                return indexes.call(index -> index.similar(sketch, limit));
            } catch (StoqException e) {
                without(e);
                return List.of();
            }
        }

        @Override
        public void remember(int[] sketch, Digest digest) {
            try {
                indexes.call(index -> {
                    index.remember(sketch, digest);
                    return true;
                });
            } catch (StoqException e) {
                without(e);
            }
        }
    }

    /** Whatever compressor is active at the moment. Belongs to one thread. */
    private final class ActiveDeltas implements DeltaCompressor {
        /** Of the one that was called last: what it has made needs it again. */
        private String name = "none yet";

        @Override
        public String name() {
            return name;
        }

        @Override
        public Optional<byte[]> compress(byte[] plain, int from, int length, byte[] base) {
            try {
                return deltas.call(active -> {
                    Optional<byte[]> delta = active.compress(plain, from, length, base);
                    name = active.name();
                    return delta;
                });
            } catch (StoqException e) {
                without(e);
                return Optional.empty();
            }
        }

        @Override
        public byte[] decompress(byte[] compressed, int plainLength, byte[] base)
                throws StoqException {
            return deltas.call(name, active -> active.decompress(compressed, plainLength, base));
        }
    }
}
