package org.stoq.sdk.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.strategy.Strategy;

/**
 * A QUIC engine (RFC 9000, 9001, 9002), over IPv6 only.
 *
 * <p>Found as an OSGi service inside a node and by {@link java.util.ServiceLoader} outside. Methods
 * may be called by any thread.
 */
@ConsumerType
public interface Transport extends Strategy {
    /**
     * Binds a UDP port and accepts connections on it. Returns when the port is bound.
     *
     * @param local an IPv6 address; port 0 lets the system choose
     * @param options limits and tuning
     * @param credentials the certificate to show (required here) and whom to trust
     * @throws java.net.BindException if the port is taken
     * @throws IllegalArgumentException if the address is not IPv6 or is IPv4-mapped, or there is no
     *     certificate
     */
    QuicListener listen(InetSocketAddress local, QuicOptions options, Credentials credentials)
            throws IOException;

    /**
     * Opens a connection. Blocks until the handshake has finished, or, with early data, until bytes
     * may be sent; an interrupt gives up.
     *
     * <p>A client's handshake is over before the server has judged its certificate (RFC 8446
     * s.4.4.4), so a refusal by the server may come later, as the reason why the connection ended.
     *
     * @param remote a resolved IPv6 address
     * @param serverName the name or address literal that the server's certificate must carry in its
     *     subject alternative names
     * @param timeout for the whole handshake
     * @throws org.stoq.sdk.StoqException CERTIFICATE_REFUSED, CONNECTION_LIMIT, CONNECTION_LOST or
     *     DEADLINE_EXCEEDED; UNSUPPORTED if the server speaks none of the protocols
     * @throws IllegalArgumentException if the address is not IPv6 or is IPv4-mapped
     */
    QuicConnection connect(
            InetSocketAddress remote,
            String serverName,
            QuicOptions options,
            Credentials credentials,
            Duration timeout)
            throws IOException;
}
