package org.stoq.interop;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.stoq.sdk.transport.QuicStream;

/** Reads whole streams. */
final class Streams {
    private static final int BUFFER_BYTES = 1 << 16;

    private Streams() {}

    /** Returns everything up to the end. */
    static byte[] readAll(QuicStream stream) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (stream.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return all.toByteArray();
    }
}
