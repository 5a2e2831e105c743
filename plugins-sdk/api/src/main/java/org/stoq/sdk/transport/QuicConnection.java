package org.stoq.sdk.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * One QUIC connection. Any thread may call any method.
 *
 * <p>Its handshake is done, or, with early data, about to be: see {@link #handshake}.
 */
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
     * Returns a stage that completes when the handshake has finished. Already complete except on
     * connections with early data: there a client sends before it (RFC 9001 s.4.6), and must send
     * nothing that does harm when it is replayed; and a server's {@link #peerCertificates} are
     * empty until then. Never completes if the connection ends first.
     */
    default CompletionStage<Void> handshake() {
        return CompletableFuture.completedStage(null);
    }

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

    /**
     * Hands over every stream that the peer opens, in the place of {@link #acceptStream}. To be
     * called once. An engine that can do so does without a thread that waits.
     *
     * @param taker gets one stream after the other until the connection ends; it may run on the
     *     engine's own thread, so it must not block or throw
     */
    default void onStream(Consumer<QuicStream> taker) {
        Thread.ofVirtual()
                .name("quic-accept")
                .start(() -> {
                    try {
                        while (true) {
                            taker.accept(acceptStream());
                        }
                    } catch (IOException e) {
                        // The connection has ended: closed() tells everybody, and why.
                        return;
                    }
                });
    }

    /**
     * Returns the most bytes that {@link #sendDatagram} takes, or 0 if the peer or the engine knows
     * no DATAGRAM frames (RFC 9221).
     */
    default int maxDatagramBytes() {
        return 0;
    }

    /**
     * Sends bytes in a DATAGRAM frame (RFC 9221): at most once, in any order, apart from all
     * streams. Does not block; what finds no room in the send queue is dropped.
     *
     * @param bytes at most {@link #maxDatagramBytes}; borrowed until the return
     * @throws StoqException TOO_LARGE if there are more bytes, UNSUPPORTED without the extension,
     *     the reason of the close once the connection is closed
     */
    default void sendDatagram(ByteBuffer bytes) throws IOException {
        throw new StoqException(StoqErrorCode.UNSUPPORTED, "this engine has no DATAGRAM frames");
    }

    /**
     * Waits for the next DATAGRAM frame. Blocks; an interrupt gives up. Frames that nobody waits
     * for are kept up to a bound, then the oldest is dropped.
     *
     * @return the bytes, the caller's own
     * @throws StoqException UNSUPPORTED without the extension, the reason of the close once the
     *     connection is closed
     */
    default ByteBuffer receiveDatagram() throws IOException {
        throw new StoqException(StoqErrorCode.UNSUPPORTED, "this engine has no DATAGRAM frames");
    }

    /**
     * Moves a client's end of the connection to another local address (RFC 9000 s.9). Streams go
     * on. Returns when the new socket is in use; the peer validates the path by itself.
     *
     * @param local an IPv6 address; port 0 lets the system choose
     * @throws StoqException UNSUPPORTED on a server's end, or if the engine cannot move
     */
    default void migrate(InetSocketAddress local) throws IOException {
        throw new StoqException(StoqErrorCode.UNSUPPORTED, "this engine cannot move a connection");
    }

    /**
     * Lets another congestion controller govern this connection from now on, with what the one
     * before has learned of the path. A change between two that the engine brings itself may hold
     * for new connections only.
     *
     * @param name as in {@link QuicOptions#congestionAlgorithm}
     * @throws StoqException UNSUPPORTED if the engine cannot change it
     */
    default void congestionAlgorithm(String name) throws IOException {
        throw new StoqException(
                StoqErrorCode.UNSUPPORTED, "this engine cannot change its congestion controller");
    }

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
