package org.stoq.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslEngine;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicOptions;

/**
 * The TLS side of a listener: its certificate can be exchanged while it runs. Handshakes that have
 * begun go on with the certificate that they began with, whose key is forgotten with the last of
 * them. Thread-safe.
 */
final class ServerTls {
    private final QuicOptions options;
    private final LongSupplier clock;
    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private TicketKeys tickets;

    /** Written under the lock, read without it. */
    private volatile Current current;

    private record Current(
            Credentials credentials, QuicSslContext context, AuthorityTrustManager trust) {
        /** Whether whom this one has let in, another would let in too. */
        boolean trustsAs(Credentials others) {
            return credentials.authorities().equals(others.authorities())
                    && credentials.anonymousPeers() == others.anonymousPeers();
        }
    }

    /**
     * Starts with a certificate.
     *
     * @param clock nanoseconds, as {@link System#nanoTime}
     */
    ServerTls(Credentials credentials, QuicOptions options, LongSupplier clock) {
        this.options = options;
        this.clock = clock;
        this.tickets = new TicketKeys(random, clock.getAsLong());
        this.current = make(credentials);
    }

    /**
     * Shows another certificate from now on.
     *
     * @throws IllegalArgumentException if there is none
     */
    void renew(Credentials credentials) {
        credentials.requireCertificate();
        lock.lock();
        try {
            if (!current.trustsAs(credentials)) {
                // A ticket stands for a certificate that was believed by the rules of its time.
                tickets = new TicketKeys(random, clock.getAsLong());
            }
            current = make(credentials);
        } finally {
            lock.unlock();
        }
    }

    private Current make(Credentials credentials) {
        AuthorityTrustManager trust = new AuthorityTrustManager(credentials.authorities());
        QuicSslContext context = TlsContexts.server(credentials, trust, options);
        context.sessionContext().setTicketKeys(tickets.keys());
        return new Current(credentials, context, trust);
    }

    /** Returns an engine for one handshake. */
    QuicSslEngine newEngine(ByteBufAllocator allocator) {
        lock.lock();
        try {
            if (tickets.rotate(clock.getAsLong())) {
                current.context().sessionContext().setTicketKeys(tickets.keys());
            }
            return current.context().newEngine(allocator);
        } finally {
            lock.unlock();
        }
    }

    /** Returns why a client's certificate was refused last. */
    Optional<String> lastRefusal() {
        return current.trust().lastRefusal();
    }
}
