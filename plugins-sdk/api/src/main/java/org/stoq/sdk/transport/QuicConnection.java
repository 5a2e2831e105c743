package org.stoq.sdk.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** One QUIC connection whose handshake is done. Any thread may call any method. */
@ConsumerType
public interface QuicConnection extends AutoCloseable {
    /** Returns the local address. */
    InetSocketAddress localAddress();

    /** Returns the peer's address, as of its last validated path. */
    InetSocketAddress remoteAddress();

    /**
     * Returns the peer's verified certificate chain, leaf first; empty where the peer is a client
     * that has shown none.
     */
    List<X509Certificate> peerCertificates();

    /**
     * Opens a stream. Blocks while the peer gives no room for one more.
     *
     * @param bidirectional whether the peer may answer on it
     * @throws StoqException with the reason of the close once the connection is closed
     */
    QuicStream openStream(boolean bidirectional) throws IOException;

    /**
     * Waits for the next stream that the peer opens, of either kind. Blocks; an interrupt gives up.
     *
     * @throws StoqException with the reason of the close once the connection is closed
     */
    QuicStream acceptStream() throws IOException;

    /** Returns what the engine has measured; a snapshot, never blocks. */
    PathStats stats();

    /** Returns whether streams can be opened. */
    boolean isOpen();

    /**
     * Returns a stage that completes when the connection has ended, with the reason: what the peer
     * said, what {@link #close} was given, or CONNECTION_LOST.
     */
    CompletionStage<StoqException> closed();

    /**
     * Ends the connection and everything on it: CONNECTION_CLOSE with an application error code
     * (RFC 9000 s.19.19). Does not wait. A second call changes nothing.
     *
     * @param code why; NO_ERROR for an orderly end
     * @param reason for the peer's log, at most 256 bytes of it are sent
     */
    void close(StoqErrorCode code, String reason);

    /** Ends the connection with NO_ERROR. */
    @Override
    default void close() {
        close(StoqErrorCode.NO_ERROR, "");
    }
}
