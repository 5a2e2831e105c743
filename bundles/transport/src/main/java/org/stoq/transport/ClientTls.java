package org.stoq.transport;

import io.netty.handler.codec.quic.QuicSslContext;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicOptions;

/**
 * The TLS contexts of clients. A context remembers the tickets of the servers it has spoken to, so
 * every connection with the same credentials takes the same one. Thread-safe.
 */
final class ClientTls {
    /** Credentials in use at once: each renewal of a certificate makes new ones. */
    private static final int MOST_CONTEXTS = 16;

    private final ReentrantLock lock = new ReentrantLock();

    /** The longest unused first; guarded by the lock. */
    private final Map<Use, Context> contexts =
            new LinkedHashMap<>(MOST_CONTEXTS, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Use, Context> eldest) {
                    return size() > MOST_CONTEXTS;
                }
            };

    private record Use(
            Credentials credentials,
            boolean earlyData,
            Optional<Path> keyLog,
            List<String> protocols) {}

    /** A context and who judges in it. */
    record Context(QuicSslContext tls, AuthorityTrustManager trust) {}

    /** Returns the context for these credentials. */
    Context of(Credentials credentials, QuicOptions options) {
        Use use = new Use(credentials, options.earlyData(), options.keyLog(), options.protocols());
        lock.lock();
        try {
            return contexts.computeIfAbsent(use, missing -> make(credentials, options));
        } finally {
            lock.unlock();
        }
    }

    private static Context make(Credentials credentials, QuicOptions options) {
        AuthorityTrustManager trust = new AuthorityTrustManager(credentials.authorities());
        return new Context(TlsContexts.client(credentials, trust, options), trust);
    }
}
