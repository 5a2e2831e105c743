package org.stoq.sdk.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the node listens, what it shows, and how much it takes on.
 *
 * @param listen address and UDP port; port 0 lets the system choose
 * @param certPath certificate chain in PEM, leaf first
 * @param keyPath private key of the leaf in PEM
 * @param caPath certificates of the authorities to trust, in PEM
 * @param maxConnections how many connections are served at once; the next one is refused
 * @param idleTimeout after how much silence a connection is dead
 * @param anonymousReaders whether clients without a certificate may read
 * @param dataDir where the node keeps everything; {@code ~} is not resolved here
 * @param maxStreams how many streams of each kind a peer may have open at once
 * @param drainTimeout how long calls in flight may go on when the node stops
 * @param certificateLifetime how long a certificate of the development CA lives
 */
@Table(value = ServerConfig.NAME, doc = "Where the node listens, what it shows, what it takes on.")
public record ServerConfig(
        @Key(
                        doc =
                                "IPv6 address, or DNS name, and UDP port; port 0 lets the system"
                                        + " choose.",
                        fallback = "[::]:4433")
                HostPort listen,
        @Key(
                        doc =
                                "Certificate chain in PEM, leaf first."
                                        + " Unset: the development CA issues one.",
                        example = "/etc/stoq/cert.pem")
                Optional<Path> certPath,
        @Key(
                        doc = "Private key of the certificate in PEM; goes with cert_path.",
                        example = "/etc/stoq/key.pem")
                Optional<Path> keyPath,
        @Key(
                        doc =
                                "Certificates of the trusted authorities in PEM."
                                        + " Unset: the development CA is trusted.",
                        example = "/etc/stoq/ca.pem")
                Optional<Path> caPath,
        @Key(
                        doc = "How many connections are served at once; the next one is refused.",
                        fallback = "100000",
                        min = 1,
                        max = 10_000_000)
                int maxConnections,
        @Key(
                        doc = "After how much silence a connection is dead.",
                        fallback = "30",
                        unit = Unit.SECONDS,
                        min = 1,
                        max = 86_400)
                Duration idleTimeout,
        @Key(
                        doc =
                                "Whether clients without a certificate may read;"
                                        + " a change holds for new connections.",
                        fallback = "false",
                        live = true)
                boolean anonymousReaders,
        @Key(doc = "Where the node keeps everything it owns.", fallback = "~/.stoq/node")
                Path dataDir,
        @Key(
                        doc = "How many streams of each kind a peer may have open at once.",
                        fallback = "256",
                        min = 1,
                        max = 1_000_000)
                int maxStreams,
        @Key(
                        doc = "How long calls in flight may go on when the node stops.",
                        fallback = "10",
                        unit = Unit.SECONDS,
                        live = true,
                        min = 0,
                        max = 3_600)
                Duration drainTimeout,
        @Key(
                        doc =
                                "How long a certificate lives that the development CA issues for"
                                        + " this node; the next one comes after two thirds of it.",
                        fallback = "36h",
                        unit = Unit.SECONDS,
                        min = 3_600,
                        max = 31_536_000)
                Duration certificateLifetime) {
    /** Name of the table. */
    public static final String NAME = "server";

    /** ConfigAdmin PID of the table. */
    public static final String PID = ConfigTable.PID_PREFIX + NAME;

    /** The table itself. */
    public static final ConfigTable<ServerConfig> TABLE = ConfigTable.of(ServerConfig.class);

    /**
     * Checks ranges, and that certificate and key go together.
     *
     * @throws InvalidConfigException with everything that is wrong
     */
    public ServerConfig {
        TABLE.require(
                listen,
                certPath,
                keyPath,
                caPath,
                maxConnections,
                idleTimeout,
                anonymousReaders,
                dataDir,
                maxStreams,
                drainTimeout,
                certificateLifetime);
        TABLE.refuseIf(
                certPath.isPresent() && keyPath.isEmpty(),
                "cert_path",
                "a certificate without its key",
                "set key_path too");
        TABLE.refuseIf(
                keyPath.isPresent() && certPath.isEmpty(),
                "key_path",
                "a key without its certificate",
                "set cert_path too");
    }
}
