package org.stoq.node;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.config.ServerConfig;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.node.NodeIdentity;
import org.stoq.sdk.transport.Credentials;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/** Who this node is: its identity key, and the certificate that it shows. Immutable. */
@Component(service = {NodeIdentity.class, NodeKeys.class})
public final class NodeKeys implements NodeIdentity {
    private static final String IDENTITY_FILE = "identity/identity.key";
    private static final String UNSPECIFIED = "::";

    private final Signer identity;
    private final Credentials credentials;

    /** Reads the keys, or makes them with the development authority on the first start. */
    @Activate
    public NodeKeys(@Reference NodeConfiguration configuration) throws IOException {
        ServerConfig server = configuration.current().server();
        Certified certified = certified(server);
        this.identity = certified.identity();
        List<X509Certificate> authorities =
                server.caPath().isPresent()
                        ? StoqHome.readAuthorities(server.caPath().get())
                        : certified.authorities();
        // Who is let in without a certificate is decided per connection, for that setting is live.
        this.credentials =
                new Credentials(certified.chain(), Optional.of(certified.key()), authorities, true);
    }

    private static Certified certified(ServerConfig server) throws IOException {
        InstantSource clock = InstantSource.system();
        if (server.certPath().isPresent()) {
            return StoqHome.read(
                    server.dataDir().resolve(IDENTITY_FILE),
                    server.certPath().get(),
                    server.keyPath().orElseThrow(),
                    server.caPath().orElseGet(() -> StoqHome.ofUser().authorityCertificate()),
                    clock);
        }
        String host = server.listen().host();
        List<String> names = host.equals(UNSPECIFIED) ? List.of() : List.of(host);
        return StoqHome.ofUser().node(server.dataDir(), names, clock);
    }

    Credentials credentials() {
        return credentials;
    }

    @Override
    public NodeId id() {
        return identity.id();
    }

    @Override
    public byte[] publicKey() {
        return identity.publicKey();
    }

    @Override
    public byte[] sign(byte[] message) {
        return identity.sign(message);
    }
}
