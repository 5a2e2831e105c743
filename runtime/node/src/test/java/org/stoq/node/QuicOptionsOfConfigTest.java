package org.stoq.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.stoq.config.ConfigException;
import org.stoq.config.StoqConfig;
import org.stoq.sdk.transport.HandshakeLimits;
import org.stoq.sdk.transport.QuicOptions;

/** Every key that the transport is told of reaches it; what it does with it its own tests show. */
class QuicOptionsOfConfigTest {
    private static <T> T of(String key, String value, Function<QuicOptions, T> option)
            throws ConfigException {
        StoqConfig config = StoqConfig.defaults().with(Map.of(key, value));
        return option.apply(NodeServer.quicOptions(config));
    }

    private static <T> T limit(String key, String value, Function<HandshakeLimits, T> limit)
            throws ConfigException {
        return of(key, value, options -> limit.apply(options.handshakes()));
    }

    @Test
    void everyKeyReachesTheTransport() throws ConfigException {
        assertThat(of("server.max_connections", "7", QuicOptions::maxConnections)).isEqualTo(7);
        assertThat(of("server.max_streams", "8", QuicOptions::maxStreams)).isEqualTo(8);
        assertThat(of("server.idle_timeout", "40", QuicOptions::idleTimeout))
                .isEqualTo(Duration.ofSeconds(40));
        assertThat(of("transport.max_datagram_size", "1201", QuicOptions::maxDatagramBytes))
                .isEqualTo(1_201);
        assertThat(of("transport.congestion_algorithm", "reno", QuicOptions::congestionAlgorithm))
                .isEqualTo("reno");
        assertThat(of("transport.early_data", "false", QuicOptions::earlyData)).isFalse();
        assertThat(of("transport.key_log", "/var/keys", QuicOptions::keyLog))
                .contains(Path.of("/var/keys"));
        assertThat(limit("transport.retry_above", "0", HandshakeLimits::retryAbove)).isZero();
        assertThat(limit("transport.handshakes_per_prefix", "3", HandshakeLimits::perPrefix))
                .isEqualTo(3);
        assertThat(limit("transport.handshake_timeout", "4", HandshakeLimits::timeout))
                .isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void theDefaultsAreThoseOfTheTransportExceptForEarlyDataAndTheNumberOfConnections() {
        QuicOptions options = NodeServer.quicOptions(StoqConfig.defaults());
        assertThat(options.earlyData()).isTrue();
        assertThat(options.maxConnections()).isEqualTo(100_000);
        assertThat(options.keyLog()).isEqualTo(Optional.empty());
        assertThat(options.handshakes()).isEqualTo(HandshakeLimits.DEFAULTS);
    }
}
