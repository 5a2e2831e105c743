package org.stoq.bench.contender;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.stoq.client.StoqConnection;
import org.stoq.client.StoqStream;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Requests on a connection of a STOQ client whose handshake has finished.
 *
 * @param connection the connection
 * @param resumed whether it went on from an earlier one, with a ticket of the server: such a
 *     connection is there before its handshake has finished (RFC 9001 s.4.6)
 * @param question how a request is made
 */
public record Handshaken(StoqConnection connection, boolean resumed, Question question)
        implements Requests {
    /** Opens a connection. */
    @FunctionalInterface
    public interface Opening {
        /** Opens it. Blocks. */
        StoqConnection open() throws IOException;
    }

    /** Makes a request and compares its answer. */
    @FunctionalInterface
    public interface Question {
        /**
         * Makes it. Blocks.
         *
         * @return why there is no right answer; null if there is one
         */
        @Nullable String answer(StoqConnection connection, ByteBuffer request);
    }

    /** Opens a connection, and waits for the end of its handshake. */
    public static Handshaken open(Opening opening, Question question) throws IOException {
        StoqConnection connection = opening.open();
        boolean resumed =
                !connection.session().connection().handshake().toCompletableFuture().isDone();
        // Where the handshake is going on, this waits for it.
        connection.peer();
        if (!connection.isOpen()) {
            throw new StoqException(
                    StoqErrorCode.CONNECTION_LOST, "the connection ended with its handshake");
        }
        return new Handshaken(connection, resumed, question);
    }

    @Override
    public void ask(ByteBuffer request, Done done) {
        Thread.ofVirtual().start(() -> done.ended(question.answer(connection, request)));
    }

    /**
     * Waits until the server's ticket is here, which comes right after the handshake: when the
     * server's SETTINGS are, for they come later still.
     */
    @Override
    public void awaitTicket() throws IOException {
        StoqStream stream = connection.openStream();
        stream.reset(StoqErrorCode.CANCELLED);
    }

    @Override
    public void close() {
        connection.close();
    }
}
