package org.stoq.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;

/**
 * Accepts connections in an application. A node is more than this: it answers the calls of its
 * adapters too.
 */
public final class StoqServer implements AutoCloseable {
    /** Engine settings of a server: cubic, 1,350-byte datagrams, 30 s of silence. */
    public static final QuicOptions DEFAULT_QUIC =
            new QuicOptions(10_000, Duration.ofSeconds(30), 1_350, "cubic", 256);

    private final QuicListener listener;
    private final SessionOptions session;

    private StoqServer(QuicListener listener, SessionOptions session) {
        this.listener = listener;
        this.session = session;
    }

    /**
     * Binds a UDP port, with the engine that the service loader finds.
     *
     * @param local an IPv6 address; port 0 lets the system choose
     * @param credentials the certificate to show, and whom to trust
     * @throws java.net.BindException if the port is taken
     */
    public static StoqServer listen(InetSocketAddress local, Credentials credentials)
            throws IOException {
        return listen(
                StoqClient.findTransport(),
                local,
                DEFAULT_QUIC,
                credentials,
                SessionOptions.DEFAULT);
    }

    /** Binds a UDP port with a given engine and options. */
    public static StoqServer listen(
            Transport transport,
            InetSocketAddress local,
            QuicOptions quic,
            Credentials credentials,
            SessionOptions session)
            throws IOException {
        return new StoqServer(transport.listen(local, quic, credentials), session);
    }

    /** Returns the address that was really bound. */
    public InetSocketAddress localAddress() {
        return listener.localAddress();
    }

    /**
     * Waits for the next connection. Blocks; an interrupt gives up.
     *
     * @throws java.nio.channels.ClosedChannelException once the server is closed
     */
    public StoqConnection accept() throws IOException {
        return StoqConnection.open(listener.accept(), session);
    }

    /** Ends every connection and frees the port. */
    @Override
    public void close() {
        listener.close();
    }
}
