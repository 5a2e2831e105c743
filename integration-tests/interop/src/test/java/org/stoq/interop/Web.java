package org.stoq.interop;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicStream;

/** A way to ask for a file on a QUIC connection: as much of it as the tests need. */
enum Web {
    /** HTTP/0.9 on streams, as the QUIC interop runner has it. */
    HTTP_09("hq-interop") {
        @Override
        Web.Conversation on(QuicConnection connection) {
            return new Http09(connection);
        }
    },
    /** HTTP/3 (RFC 9114). */
    HTTP_3("h3") {
        @Override
        Web.Conversation on(QuicConnection connection) throws IOException {
            return new Http3(connection);
        }
    };

    /** The path of the only file. */
    static final String PATH = "/content";

    private final String protocol;

    Web(String protocol) {
        this.protocol = protocol;
    }

    /** Returns its name in ALPN. */
    String protocol() {
        return protocol;
    }

    /** Begins to speak it. */
    abstract Conversation on(QuicConnection connection) throws IOException;

    /** One connection on which it is spoken. */
    interface Conversation {
        /** Sends a request, and returns the stream on which the answer comes. */
        QuicStream ask() throws IOException;

        /** Reads the answer to its end and returns the file. */
        byte[] answer(QuicStream asked) throws IOException;

        /** Reads a request to its end and answers with a file. */
        void serve(QuicStream asked, ByteBuffer content) throws IOException;
    }
}
