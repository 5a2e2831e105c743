package org.stoq.sdk.transport;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Limits and tuning of an endpoint. Starts from {@link #DEFAULTS}.
 *
 * @param maxConnections how many connections a listener serves at once, at least 1; the next one is
 *     refused
 * @param idleTimeout after how much silence a connection is dead (RFC 9000 s.10.1)
 * @param maxDatagramBytes largest UDP payload to send, 1,200 to 65,487 bytes
 * @param congestionAlgorithm name of the congestion controller, such as {@code cubic}
 * @param maxStreams how many streams of each kind the peer may have open at once
 * @param earlyData on a client: whether {@link Transport#connect} may return before the handshake
 *     has finished, where an earlier connection to the same server left a ticket; on a listener:
 *     whether 0-RTT is accepted (RFC 9001 s.4.6)
 * @param handshakes how much a listener does for clients that have not shown who they are
 * @param keyLog a file that gets the secrets of every connection, for a packet analyser; whoever
 *     reads it reads the traffic
 * @param protocols the application protocols that are offered, or accepted (ALPN, RFC 7301), the
 *     preferred one first: at least one; a handshake that agrees on none of them fails
 * @param local on a client: the address to send from, an IPv6 one, with port 0 for one that the
 *     system chooses; empty if it chooses both
 */
public record QuicOptions(
        int maxConnections,
        Duration idleTimeout,
        int maxDatagramBytes,
        String congestionAlgorithm,
        int maxStreams,
        boolean earlyData,
        HandshakeLimits handshakes,
        Optional<Path> keyLog,
        List<String> protocols,
        Optional<InetSocketAddress> local) {
    /** The protocol that is spoken between nodes and their clients. */
    public static final String STOQ = "stoq/1";

    private static final int MAX_PROTOCOL_BYTES = 255;

    /** What suits most: 30 s idle, 1,350-byte datagrams, cubic, 256 streams, no early data. */
    public static final QuicOptions DEFAULTS =
            new QuicOptions(
                    10_000,
                    Duration.ofSeconds(30),
                    1_350,
                    "cubic",
                    256,
                    false,
                    HandshakeLimits.DEFAULTS,
                    Optional.empty(),
                    List.of(STOQ),
                    Optional.empty());

    /** Copies the list and checks the ranges. */
    public QuicOptions {
        if (maxConnections < 1 || maxStreams < 1) {
            throw new IllegalArgumentException(
                    "limits below one: connections " + maxConnections + ", streams " + maxStreams);
        }
        if (maxDatagramBytes < 1_200 || maxDatagramBytes > 65_487) {
            throw new IllegalArgumentException("datagram bytes " + maxDatagramBytes);
        }
        protocols = List.copyOf(protocols);
        if (protocols.isEmpty() || !protocols.stream().allMatch(QuicOptions::isProtocol)) {
            throw new IllegalArgumentException("application protocols " + protocols);
        }
    }

    /** RFC 7301 s.3.1: one to 255 bytes. */
    private static boolean isProtocol(String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        return length >= 1 && length <= MAX_PROTOCOL_BYTES;
    }

    /** Returns a builder that starts from these options. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Makes options that differ from others in some points. Not thread-safe. */
    public static final class Builder {
        private int maxConnections;
        private Duration idleTimeout;
        private int maxDatagramBytes;
        private String congestionAlgorithm;
        private int maxStreams;
        private boolean earlyData;
        private HandshakeLimits handshakes;
        private Optional<Path> keyLog;
        private List<String> protocols;
        private Optional<InetSocketAddress> local;

        private Builder(QuicOptions from) {
            this.maxConnections = from.maxConnections;
            this.idleTimeout = from.idleTimeout;
            this.maxDatagramBytes = from.maxDatagramBytes;
            this.congestionAlgorithm = from.congestionAlgorithm;
            this.maxStreams = from.maxStreams;
            this.earlyData = from.earlyData;
            this.handshakes = from.handshakes;
            this.keyLog = from.keyLog;
            this.protocols = from.protocols;
            this.local = from.local;
        }

        /** Sets how many connections a listener serves at once. */
        public Builder maxConnections(int maxConnections) {
            this.maxConnections = maxConnections;
            return this;
        }

        /** Sets after how much silence a connection is dead. */
        public Builder idleTimeout(Duration idleTimeout) {
            this.idleTimeout = idleTimeout;
            return this;
        }

        /** Sets the largest UDP payload to send, in bytes. */
        public Builder maxDatagramBytes(int maxDatagramBytes) {
            this.maxDatagramBytes = maxDatagramBytes;
            return this;
        }

        /** Sets the name of the congestion controller. */
        public Builder congestionAlgorithm(String congestionAlgorithm) {
            this.congestionAlgorithm = congestionAlgorithm;
            return this;
        }

        /** Sets how many streams of each kind the peer may have open at once. */
        public Builder maxStreams(int maxStreams) {
            this.maxStreams = maxStreams;
            return this;
        }

        /** Sets whether 0-RTT is used, or accepted. */
        public Builder earlyData(boolean earlyData) {
            this.earlyData = earlyData;
            return this;
        }

        /** Sets how much a listener does for strangers. */
        public Builder handshakes(HandshakeLimits handshakes) {
            this.handshakes = handshakes;
            return this;
        }

        /** Sets a file for the secrets of every connection. */
        public Builder keyLog(Path file) {
            this.keyLog = Optional.of(file);
            return this;
        }

        /** Sets the application protocols, the preferred one first. */
        public Builder protocols(List<String> protocols) {
            this.protocols = List.copyOf(protocols);
            return this;
        }

        /** Sets the address that a client sends from. */
        public Builder local(InetSocketAddress local) {
            this.local = Optional.of(local);
            return this;
        }

        /**
         * Returns the options.
         *
         * @throws IllegalArgumentException if a value is out of range
         */
        public QuicOptions build() {
            return new QuicOptions(
                    maxConnections,
                    idleTimeout,
                    maxDatagramBytes,
                    congestionAlgorithm,
                    maxStreams,
                    earlyData,
                    handshakes,
                    keyLog,
                    protocols,
                    local);
        }
    }
}
