package org.stoq.transport;

import io.netty.handler.codec.quic.BoringSSLContextOption;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.ClientAuth;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicOptions;

/** TLS 1.3 as decision 2 wants it: Ed25519 on both sides, a post-quantum group preferred. */
final class TlsContexts {
    private static final String[] SIGNATURES = {"ed25519"};
    private static final String[] GROUPS = {"X25519MLKEM768", "X25519"};

    /**
     * How long a ticket is good for. A resumed client is not asked for its certificate again, so
     * this is also how long one that was withdrawn may still come back.
     */
    private static final long TICKET_SECONDS = 7_200;

    /** How many servers a client remembers tickets of. */
    private static final long REMEMBERED_SERVERS = 1_024;

    private TlsContexts() {}

    static QuicSslContext server(
            Credentials credentials, AuthorityTrustManager trust, QuicOptions options) {
        return common(
                        QuicSslContextBuilder.forServer(credentials.keyManager(), null)
                                .clientAuth(
                                        credentials.anonymousPeers()
                                                ? ClientAuth.OPTIONAL
                                                : ClientAuth.REQUIRE),
                        trust,
                        options)
                .build();
    }

    static QuicSslContext client(
            Credentials credentials, AuthorityTrustManager trust, QuicOptions options) {
        QuicSslContextBuilder builder =
                common(QuicSslContextBuilder.forClient(), trust, options)
                        .sessionCacheSize(REMEMBERED_SERVERS);
        if (credentials.key().isPresent()) {
            builder.keyManager(credentials.keyManager(), null);
        }
        return builder.build();
    }

    private static QuicSslContextBuilder common(
            QuicSslContextBuilder builder, AuthorityTrustManager trust, QuicOptions options) {
        options.keyLog().ifPresent(file -> builder.keylog(new KeyLog(file)));
        return builder.trustManager(trust)
                .applicationProtocols(options.protocols().toArray(String[]::new))
                .endpointIdentificationAlgorithm("")
                .earlyData(options.earlyData())
                .sessionTimeout(TICKET_SECONDS)
                .option(BoringSSLContextOption.SIGNATURE_ALGORITHMS, SIGNATURES)
                .option(BoringSSLContextOption.GROUPS, GROUPS);
    }
}
