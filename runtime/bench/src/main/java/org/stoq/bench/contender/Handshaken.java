package org.stoq.bench.contender;

import java.io.IOException;
import org.stoq.client.StoqConnection;
import org.stoq.client.StoqStream;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * A connection of a STOQ client whose handshake has finished.
 *
 * @param connection the connection
 * @param resumed whether it went on from an earlier one, with a ticket of the server: such a
 *     connection is there before its handshake has finished (RFC 9001 s.4.6)
 */
public record Handshaken(StoqConnection connection, boolean resumed) {
    /** Opens a connection. */
    @FunctionalInterface
    public interface Opening {
        /** Opens it. Blocks. */
        StoqConnection open() throws IOException;
    }

    /** Opens a connection, and waits for the end of its handshake. */
    public static Handshaken open(Opening opening) throws IOException {
        StoqConnection connection = opening.open();
        boolean resumed =
                !connection.session().connection().handshake().toCompletableFuture().isDone();
        // Where the handshake is going on, this waits for it.
        connection.peer();
        if (!connection.isOpen()) {
            throw new StoqException(
                    StoqErrorCode.CONNECTION_LOST, "the connection ended with its handshake");
        }
        return new Handshaken(connection, resumed);
    }

    /**
     * Waits until the server's ticket is here, which comes right after the handshake: when the
     * server's SETTINGS are, for they come later still.
     */
    public void awaitTicket() throws IOException {
        StoqStream stream = connection.openStream();
        stream.reset(StoqErrorCode.CANCELLED);
    }
}
