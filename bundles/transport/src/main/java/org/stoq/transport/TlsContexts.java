package org.stoq.transport;

import io.netty.handler.codec.quic.BoringSSLContextOption;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.ClientAuth;
import org.stoq.sdk.transport.Credentials;

/** TLS 1.3 as decision 2 wants it: Ed25519 on both sides, a post-quantum group preferred. */
final class TlsContexts {
    static final String ALPN = "stoq/1";

    private static final String[] SIGNATURES = {"ed25519"};
    private static final String[] GROUPS = {"X25519MLKEM768", "X25519"};

    private TlsContexts() {}

    static QuicSslContext server(Credentials credentials, AuthorityTrustManager trust) {
        return common(
                        QuicSslContextBuilder.forServer(new OneKeyManager(credentials), null)
                                .clientAuth(
                                        credentials.anonymousPeers()
                                                ? ClientAuth.OPTIONAL
                                                : ClientAuth.REQUIRE),
                        trust)
                .build();
    }

    static QuicSslContext client(Credentials credentials, AuthorityTrustManager trust) {
        QuicSslContextBuilder builder = common(QuicSslContextBuilder.forClient(), trust);
        if (credentials.key().isPresent()) {
            builder.keyManager(new OneKeyManager(credentials), null);
        }
        return builder.build();
    }

    private static QuicSslContextBuilder common(
            QuicSslContextBuilder builder, AuthorityTrustManager trust) {
        return builder.trustManager(trust)
                .applicationProtocols(ALPN)
                .endpointIdentificationAlgorithm("")
                .option(BoringSSLContextOption.SIGNATURE_ALGORITHMS, SIGNATURES)
                .option(BoringSSLContextOption.GROUPS, GROUPS);
    }
}
