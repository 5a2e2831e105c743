package org.stoq.cli.replay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.stoq.cli.CommandFailure;

/**
 * Records of libCacheSim's {@code oracleGeneral}: 24 bytes each, little-endian: time in seconds
 * (4), id (8), size (4), and which request asks for the object next (8). The last one is not used:
 * it is computed again where it is needed.
 */
final class OracleTrace implements TraceReader {
    private static final int RECORD_BYTES = 24;

    private final InputStream in;
    private final byte[] bytes = new byte[RECORD_BYTES];
    private final ByteBuffer read = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private long record;

    OracleTrace(InputStream in) {
        this.in = in;
    }

    @Override
    public boolean next() throws IOException, CommandFailure {
        int count = in.readNBytes(bytes, 0, RECORD_BYTES);
        if (count == 0) {
            return false;
        }
        record++;
        if (count < RECORD_BYTES) {
            throw TraceFile.invalid(
                    "%s is cut off after %d of %d bytes".formatted(place(), count, RECORD_BYTES),
                    "a trace is CSV, or oracleGeneral of libCacheSim, plain or compressed with"
                            + " zstd");
        }
        return true;
    }

    @Override
    public double seconds() {
        return Integer.toUnsignedLong(read.getInt(0));
    }

    @Override
    public long id() {
        return read.getLong(4);
    }

    @Override
    public long size() {
        return Integer.toUnsignedLong(read.getInt(12));
    }

    @Override
    public String place() {
        return "record " + record;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
