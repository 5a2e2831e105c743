package org.stoq.fuzz;

import java.util.List;
import org.stoq.chunking.Lz4Compressor;
import org.stoq.chunking.ZstdCompressor;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.Compressor;

/** Compressed chunks of a peer: native code reads them. */
public final class ChunkTarget implements FuzzTarget {
    /** Larger results only take time. */
    private static final int MAX_PLAIN_BYTES = 1 << 14;

    private final List<Compressor> compressors = List.of(new ZstdCompressor(), new Lz4Compressor());

    @Override
    public void run(byte[] bytes) throws StoqException {
        Input input = new Input(bytes);
        int how = input.u8();
        Compressor compressor = compressors.get(how & 1);
        if ((how & 2) == 0) {
            int plainLength = input.u16() % (MAX_PLAIN_BYTES + 1);
            try {
                byte[] plain = compressor.decompress(input.rest(), plainLength);
                Oracle.same(plainLength, plain.length, "length of the plain bytes");
            } catch (StoqException e) {
                Oracle.refusedWith(e, StoqErrorCode.INTEGRITY);
            }
        } else if (input.hasMore()) {
            byte[] plain = input.rest();
            byte[] packed = compressor.compress(plain, 0, plain.length);
            Oracle.same(plain, compressor.decompress(packed, plain.length), "there and back");
        }
    }
}
