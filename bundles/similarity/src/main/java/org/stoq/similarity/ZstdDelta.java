package org.stoq.similarity;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.DeltaCompressor;

/**
 * Zstandard (RFC 8878) at level 3 with the base as the content that came before: one frame for each
 * chunk, its length in the frame's header, the base as a raw dictionary.
 *
 * <p>Contexts to decompress are kept for the next use, as many as there are processors, until the
 * component goes.
 */
@Component(service = DeltaCompressor.class, property = "service.ranking:Integer=100")
public final class ZstdDelta implements DeltaCompressor {
    private static final int LEVEL = 3;

    /** The library takes no shorter bytes for a dictionary. */
    private static final int MIN_BASE_BYTES = 8;

    /** A dictionary that begins so is taken for a trained one, not for content (little-endian). */
    private static final int DICTIONARY_MAGIC = 0xEC30A437;

    private final BlockingQueue<ZstdDecompressCtx> idle =
            new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());
    private volatile boolean closed;

    @Override
    public String name() {
        return "zstd-delta";
    }

    @Override
    public Optional<byte[]> compress(byte[] plain, int from, int length, byte[] base) {
        if (!isContent(base)) {
            return Optional.empty();
        }
        byte[] target = new byte[Math.toIntExact(Zstd.compressBound(length))];
        long size = Zstd.compressUsingDict(target, 0, plain, from, length, base, LEVEL);
        return Optional.of(Arrays.copyOf(target, (int) size));
    }

    @Override
    public byte[] decompress(byte[] compressed, int plainLength, byte[] base) throws StoqException {
        if (!isContent(base)) {
            throw new StoqException(StoqErrorCode.INTEGRITY, "zstd: not the base of anything");
        }
        byte[] plain = new byte[plainLength];
        int size;
        ZstdDecompressCtx context = idle.poll();
        if (context == null) {
            context = new ZstdDecompressCtx();
        }
        try {
            context.loadDict(base);
            size =
                    context.decompressByteArray(
                            plain, 0, plainLength, compressed, 0, compressed.length);
        } catch (ZstdException e) {
            context.close();
            throw new StoqException(StoqErrorCode.INTEGRITY, "zstd: " + e.getMessage(), e);
        }
        keep(context);
        if (size != plainLength) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY,
                    "zstd: %d bytes where %d were promised".formatted(size, plainLength));
        }
        return plain;
    }

    /** Gives the native contexts back. */
    @Deactivate
    void close() {
        closed = true;
        drain();
    }

    /** Returns how many contexts wait for their next use. */
    int idleContexts() {
        return idle.size();
    }

    private void keep(ZstdDecompressCtx context) {
        if (!idle.offer(context)) {
            context.close();
        }
        // Whoever closes this may have looked before the context was put there.
        if (closed) {
            drain();
        }
    }

    private void drain() {
        for (ZstdDecompressCtx one = idle.poll(); one != null; one = idle.poll()) {
            one.close();
        }
    }

    private static boolean isContent(byte[] base) {
        return base.length >= MIN_BASE_BYTES
                && ((base[0] & 0xFF)
                                | (base[1] & 0xFF) << 8
                                | (base[2] & 0xFF) << 16
                                | (base[3] & 0xFF) << 24)
                        != DICTIONARY_MAGIC;
    }
}
