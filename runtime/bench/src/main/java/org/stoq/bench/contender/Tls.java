package org.stoq.bench.contender;

import io.netty.handler.codec.quic.BoringSSLContextOption;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.ClientAuth;
import java.security.cert.X509Certificate;
import org.stoq.sdk.transport.Credentials;

/** Mutual TLS 1.3 with Ed25519 certificates, for those that bring none of their own. */
final class Tls {
    private static final String ALPN = "bench";
    private static final String[] SIGNATURES = {"ed25519"};
    private static final String[] GROUPS = {"X25519MLKEM768", "X25519"};

    private Tls() {}

    static QuicSslContext server(Credentials credentials) {
        return common(
                        QuicSslContextBuilder.forServer(credentials.keyManager(), null)
                                .clientAuth(ClientAuth.REQUIRE),
                        credentials)
                .build();
    }

    static QuicSslContext client(Credentials credentials) {
        QuicSslContextBuilder builder = common(QuicSslContextBuilder.forClient(), credentials);
        return builder.keyManager(credentials.keyManager(), null).build();
    }

    private static QuicSslContextBuilder common(
            QuicSslContextBuilder builder, Credentials credentials) {
        return builder.trustManager(credentials.authorities().toArray(X509Certificate[]::new))
                .applicationProtocols(ALPN)
                .endpointIdentificationAlgorithm("")
                .option(BoringSSLContextOption.SIGNATURE_ALGORITHMS, SIGNATURES)
                .option(BoringSSLContextOption.GROUPS, GROUPS);
    }
}
