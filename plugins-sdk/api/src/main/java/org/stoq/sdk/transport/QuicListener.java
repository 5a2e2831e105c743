package org.stoq.sdk.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** A bound UDP port on which connections arrive. */
@ConsumerType
public interface QuicListener extends AutoCloseable {
    /** Returns the address that was really bound, with its port. */
    InetSocketAddress localAddress();

    /**
     * Waits for the next connection whose handshake has finished, or that has brought early data.
     * Blocks; an interrupt gives up.
     *
     * <p>Handshakes that fail are counted and never seen here.
     *
     * @throws java.nio.channels.ClosedChannelException once the listener is closed
     */
    QuicConnection accept() throws IOException;

    /** Returns how many handshakes have failed since the port was bound. */
    long failedHandshakes();

    /**
     * Shows another certificate from the next handshake on, and trusts other authorities.
     * Connections that are open go on as they are.
     *
     * @throws StoqException UNSUPPORTED if the engine cannot
     * @throws IllegalArgumentException if there is no certificate
     */
    default void renew(Credentials credentials) throws IOException {
        throw new StoqException(
                StoqErrorCode.UNSUPPORTED, "this engine cannot change certificates while it runs");
    }

    /**
     * Stops accepting, closes every connection that is left with NO_ERROR and frees the port.
     * Blocks until that is done, a second at most.
     */
    @Override
    void close();
}
