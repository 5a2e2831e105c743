package org.stoq.sdk.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How QUIC is spoken.
 *
 * @param engine name of the transport strategy
 * @param maxDatagramSize largest UDP payload to send, in bytes
 * @param initialRtt what to assume before the first measurement
 * @param congestionAlgorithm name of the congestion controller
 * @param keepAliveInterval how often a connection with open streams shows that it is alive; zero
 *     for never
 * @param eventLoops how many threads packets pass through; zero for one per processor
 * @param earlyData whether 0-RTT is accepted and used
 * @param retryAbove how many handshakes may be under way before Retry is asked for
 * @param handshakesPerPrefix the same for one /64 prefix
 * @param handshakeTimeout after what time a handshake that has not finished is given up
 * @param keyLog a file for the secrets of every connection
 */
@Table(value = TransportConfig.NAME, doc = "How QUIC is spoken.")
public record TransportConfig(
        @Key(
                        doc = "Name of the QUIC engine.",
                        fallback = "netty",
                        pattern = StrategyName.PATTERN,
                        form = StrategyName.FORM)
                String engine,
        @Key(
                        doc = "Largest UDP payload to send.",
                        fallback = "1350",
                        unit = Unit.BYTES,
                        min = 1_200,
                        max = 65_487)
                int maxDatagramSize,
        @Key(
                        doc =
                                "Round-trip time to assume before the first PING has come back;"
                                        + " QUIC's own loss recovery is not told.",
                        fallback = "100",
                        unit = Unit.MILLISECONDS,
                        min = 1,
                        max = 60_000)
                Duration initialRtt,
        @Key(
                        doc =
                                "Name of the congestion controller: the engine's own cubic, reno"
                                        + " or bbr, or that of a plug-in, such as ledbat. From and"
                                        + " to a plug-in's a change holds at once.",
                        fallback = "cubic",
                        live = true,
                        pattern = StrategyName.PATTERN,
                        form = StrategyName.FORM)
                String congestionAlgorithm,
        @Key(
                        doc =
                                "How often a connection with open streams shows that it is alive;"
                                        + " 0 for never.",
                        fallback = "10",
                        unit = Unit.SECONDS,
                        min = 0,
                        max = 86_400)
                Duration keepAliveInterval,
        @Key(
                        doc =
                                "How many threads packets pass through, each with a socket of its"
                                        + " own on the port; 0 for one per processor.",
                        fallback = "0",
                        min = 0,
                        max = 256)
                int eventLoops,
        @Key(
                        doc =
                                "Whether clients that have been here may send reads before the"
                                        + " handshake has finished (0-RTT).",
                        fallback = "true")
                boolean earlyData,
        @Key(
                        doc =
                                "How many handshakes may be under way before a client must prove"
                                        + " its address by a Retry; 0 for always.",
                        fallback = "256",
                        min = 0,
                        max = 1_000_000)
                int retryAbove,
        @Key(
                        doc =
                                "The same for one /64 prefix of addresses; at eight times as many"
                                        + " the prefix gets no more answers.",
                        fallback = "64",
                        min = 1,
                        max = 100_000)
                int handshakesPerPrefix,
        @Key(
                        doc = "After what time a handshake that has not finished is given up.",
                        fallback = "10",
                        unit = Unit.SECONDS,
                        min = 1,
                        max = 300)
                Duration handshakeTimeout,
        @Key(
                        doc =
                                "A file that gets the secrets of every connection, for a packet"
                                        + " analyser. Whoever reads it reads the traffic.",
                        example = "/var/lib/stoq/keys.log")
                Optional<Path> keyLog) {
    /** Name of the table. */
    public static final String NAME = "transport";

    /** ConfigAdmin PID of the table. */
    public static final String PID = ConfigTable.PID_PREFIX + NAME;

    /** The table itself. */
    public static final ConfigTable<TransportConfig> TABLE = ConfigTable.of(TransportConfig.class);

    /**
     * Checks ranges.
     *
     * @throws InvalidConfigException with everything that is wrong
     */
    public TransportConfig {
        TABLE.require(
                engine,
                maxDatagramSize,
                initialRtt,
                congestionAlgorithm,
                keepAliveInterval,
                eventLoops,
                earlyData,
                retryAbove,
                handshakesPerPrefix,
                handshakeTimeout,
                keyLog);
    }
}
