package org.stoq.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicStream;

/** A request is {@code GET /path} and a line end, the answer is the file alone. */
record Http09(QuicConnection connection) implements Web.Conversation {
    @Override
    public QuicStream ask() throws IOException {
        QuicStream stream = connection.openStream(true);
        stream.finish(ByteBuffer.wrap("GET %s\r\n".formatted(Web.PATH).getBytes(US_ASCII)));
        return stream;
    }

    @Override
    public byte[] answer(QuicStream asked) throws IOException {
        return Streams.readAll(asked);
    }

    @Override
    public void serve(QuicStream asked, ByteBuffer content) throws IOException {
        String request = new String(Streams.readAll(asked), US_ASCII);
        if (!request.strip().equals("GET " + Web.PATH)) {
            throw new IOException("the request is '%s'".formatted(request));
        }
        asked.finish(content);
    }
}
