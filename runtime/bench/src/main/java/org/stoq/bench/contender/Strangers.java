package org.stoq.bench.contender;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.stoq.client.StoqClient;
import org.stoq.client.StoqConnection;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;

/**
 * Opens connections of which none resumes another. An engine remembers tickets by the credentials
 * that they were got with, and forgets those that were not used lately: here each connection trusts
 * the same authorities a few times over, and the next one a few times more. Thread-safe.
 */
public final class Strangers {
    /** Far more than an engine remembers. */
    private static final int VARIANTS = 64;

    private final AtomicInteger opened = new AtomicInteger();
    private final List<StoqClient> clients;

    /** Prepares them, on an engine of their own that lives as long as this process. */
    public Strangers(Credentials credentials, QuicOptions options) {
        Transport engine = ServiceLoader.load(Transport.class).findFirst().orElseThrow();
        this.clients =
                Stream.iterate(1, copies -> copies + 1)
                        .limit(VARIANTS)
                        .map(copies ->
                                StoqClient.builder()
                                        .transport(engine)
                                        .credentials(trusting(credentials, copies))
                                        .quic(options)
                                        .earlyData(false)
                                        .build())
                        .toList();
    }

    private static Credentials trusting(Credentials credentials, int copies) {
        List<X509Certificate> authorities =
                Collections.nCopies(copies, credentials.authorities()).stream()
                        .flatMap(List::stream)
                        .toList();
        return new Credentials(credentials.chain(), credentials.key(), authorities, false);
    }

    /** Opens a connection, with a full handshake. Blocks. */
    public StoqConnection connect(HostPort server) throws IOException {
        int next = Math.floorMod(opened.getAndIncrement(), VARIANTS);
        return clients.get(next).connect(server);
    }
}
