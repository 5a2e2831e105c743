package org.stoq.node;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.config.ServerConfig;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.node.NodeIdentity;
import org.stoq.sdk.transport.Credentials;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/**
 * Who this node is: its identity key, which stays, and the certificate that it shows, which is
 * renewed while the node runs (decision 3). Files that are configured are watched; the development
 * authority is asked for another certificate when two thirds of the life of one are over.
 */
@Component(service = {NodeIdentity.class, NodeKeys.class})
public final class NodeKeys implements NodeIdentity {
    private static final String IDENTITY_FILE = "identity/identity.key";
    private static final String UNSPECIFIED = "::";
    private static final long CHECK_SECONDS = 60;

    private final NodeCertificate certificate;
    private final Signer identity;
    private final List<FileWatch> watches;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** Reads the keys, or makes them with the development authority on the first start. */
    @Activate
    public NodeKeys(@Reference NodeConfiguration configuration) throws IOException {
        this(configuration.current().server(), InstantSource.system());
    }

    NodeKeys(ServerConfig server, InstantSource clock) throws IOException {
        this(server, () -> read(server, clock), clock);
    }

    /** Watches the files that are configured, from before the source reads them on. */
    NodeKeys(ServerConfig server, NodeCertificate.Source source, InstantSource clock)
            throws IOException {
        List<FileWatch.State> files =
                Stream.of(server.certPath(), server.keyPath(), server.caPath())
                        .flatMap(Optional::stream)
                        .map(FileWatch::look)
                        .toList();
        this.certificate = new NodeCertificate(source, clock);
        this.identity = certificate.first().identity();
        this.watches =
                files.stream().map(file -> FileWatch.start(file, certificate::changed)).toList();
        this.thread = Thread.ofVirtual().name("stoq-certificate").start(this::run);
    }

    private void run() {
        try {
            while (!closing.await(CHECK_SECONDS, TimeUnit.SECONDS)) {
                certificate.check();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Deactivate
    void close() {
        closing.countDown();
        watches.forEach(FileWatch::close);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads what the configuration names, or has the development authority issue what is due. */
    static Certified read(ServerConfig server, InstantSource clock) throws IOException {
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
        Certified certified =
                StoqHome.ofUser()
                        .node(server.dataDir(), names, server.certificateLifetime(), clock);
        Optional<Path> authorities = server.caPath();
        return authorities.isEmpty()
                ? certified
                : new Certified(
                        certified.identity(),
                        certified.chain(),
                        certified.key(),
                        StoqHome.readAuthorities(authorities.get()));
    }

    Credentials credentials() {
        return certificate.credentials();
    }

    /**
     * Calls the listener whenever there is another certificate, and now if it is another one than
     * the listener knows.
     */
    NodeConfiguration.Subscription follow(Credentials known, Consumer<Credentials> listener) {
        return certificate.follow(known, listener);
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
