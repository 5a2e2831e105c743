package org.stoq.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/**
 * Reads the body of a call that takes long: CBOR maps, each behind its length in four bytes
 * (big-endian). {@code {1: done bytes, 2: total bytes}} again and again, at last {@code {3:
 * results}}. Belongs to one thread.
 */
final class ProgressReader {
    /** Longest map that is taken. */
    static final int MAX_MAP_BYTES = 1 << 16;

    private static final int DONE = 1;
    private static final int TOTAL = 2;
    private static final int RESULTS = 3;

    private final ReadableByteChannel body;

    ProgressReader(ReadableByteChannel body) {
        this.body = body;
    }

    /**
     * Reads to the results. Blocks.
     *
     * @throws StoqException INVALID_REQUEST if the body ends before them or is something else,
     *     TOO_LARGE for a map over {@value #MAX_MAP_BYTES} bytes
     */
    CborMap results(Progress progress) throws IOException {
        while (true) {
            CborMap map = CborMap.decode(read(length()).array());
            if (map.has(RESULTS)) {
                return map.map(RESULTS);
            }
            progress.at(map.integer(DONE), map.integer(TOTAL));
        }
    }

    private int length() throws IOException {
        int length = read(Integer.BYTES).getInt();
        if (length < 0 || length > MAX_MAP_BYTES) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE,
                    "a progress map of " + Integer.toUnsignedLong(length) + " bytes");
        }
        return length;
    }

    private ByteBuffer read(int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (body.read(buffer) < 0) {
                throw new StoqException(
                        StoqErrorCode.INVALID_REQUEST, "the node's answer ends without results");
            }
        }
        return buffer.flip();
    }
}
