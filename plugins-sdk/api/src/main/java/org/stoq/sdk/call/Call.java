package org.stoq.sdk.call;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.osgi.annotation.versioning.ProviderType;
import org.stoq.sdk.cbor.CborMap;

/** One call that an adapter answers. Belongs to the thread of {@link Adapter#handle}. */
@ProviderType
public interface Call {
    /** Returns what is asked. */
    Request request();

    /** Returns who asks. */
    Caller caller();

    /** Returns the request's body; reading blocks, and waits for the peer's bytes. */
    ReadableByteChannel body();

    /**
     * Sends the head of the answer; once per call.
     *
     * @return where to write the body; writing blocks while the peer reads too slowly, closing it
     *     ends the answer. A call whose channel is not closed when the adapter returns is ended
     *     then.
     * @throws IllegalStateException if the call was answered already
     */
    WritableByteChannel respond(Response response) throws IOException;

    /** Answers with results and no body. */
    default void answer(CborMap results) throws IOException {
        respond(Response.ok(results).withBody(0)).close();
    }

    /** Answers with a body that is one CBOR map: for what may be too long for a head. */
    default void answerBody(CborMap content) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(content.encode());
        try (WritableByteChannel body = respond(Response.ok().withBody(bytes.remaining()))) {
            while (bytes.hasRemaining()) {
                body.write(bytes);
            }
        }
    }
}
