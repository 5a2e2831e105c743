package org.stoq.bench.contender;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The contenders that there are. */
public enum Kind {
    /** {@code StoqClient} and {@code StoqServer}, as applications use them. */
    STOQ("stoq", "STOQ as applications use it: StoqClient and StoqServer", "congestion write") {
        @Override
        Contender create(ContenderSpec spec, Setup setup) {
            return new StoqContender(spec, setup);
        }
    },
    /** The same engine without STOQ's frames. */
    STOQ_TRANSPORT(
            "stoq-transport", "STOQ's QUIC engine without STOQ's frames", "congestion write") {
        @Override
        Contender create(ContenderSpec spec, Setup setup) throws UnavailableException {
            return new TransportContender(spec, setup);
        }
    },
    /** Netty's QUIC codec as its own example configures it. */
    NETTY_DEFAULTS(
            "netty-defaults",
            "Netty's QUIC codec over epoll, configured as in its own example",
            "write") {
        @Override
        Contender create(ContenderSpec spec, Setup setup) throws UnavailableException {
            return new NettyQuicContender(QuicTuning.example(spec, setup), setup);
        }
    },
    /** Netty's QUIC codec with the best settings that are known. */
    NETTY_TUNED(
            "netty-tuned",
            "Netty's QUIC codec with the best settings known, and nothing of STOQ",
            QuicTuning.SETTINGS) {
        @Override
        Contender create(ContenderSpec spec, Setup setup) throws UnavailableException {
            return new NettyQuicContender(QuicTuning.tuned(spec, setup), setup);
        }
    },
    /** TLS 1.3 over TCP. */
    TLS_TCP("tls-tcp", "TLS 1.3 over TCP by the JDK's SSLSocket, AES-128-GCM", "write") {
        @Override
        Contender create(ContenderSpec spec, Setup setup) throws UnavailableException {
            return new TlsTcpContender(spec, setup);
        }

        @Override
        public boolean directBuffers() {
            return false;
        }
    },
    /** Datagrams without anything. */
    UDP(
            "udp",
            "UDP with segmentation and receive offload by Netty over epoll, no encryption, losses"
                    + " counted",
            "segments") {
        @Override
        Contender create(ContenderSpec spec, Setup setup) throws UnavailableException {
            return new UdpContender(spec, setup);
        }
    };

    private final String label;
    private final String description;
    private final String settings;

    /**
     * Describes a contender.
     *
     * @param settings the keys that it knows, with blanks between
     */
    Kind(String label, String description, String settings) {
        this.label = label;
        this.description = description;
        this.settings = settings;
    }

    /** Makes a contender for one end of a measurement. */
    abstract Contender create(ContenderSpec spec, Setup setup) throws UnavailableException;

    /** Returns whether it likes its bytes outside the heap. */
    public boolean directBuffers() {
        return true;
    }

    /** Returns its name. */
    public String label() {
        return label;
    }

    /** Returns what it is, in one line. */
    public String description() {
        return description;
    }

    /** Returns the keys that a specification of it may set. */
    public Set<String> settings() {
        return Set.of(settings.split(" "));
    }

    /** Returns the contender of a name. */
    public static Optional<Kind> named(String label) {
        return Arrays.stream(values()).filter(kind -> kind.label.equals(label)).findFirst();
    }

    /** Returns all names. */
    public static String names() {
        return Arrays.stream(values()).map(Kind::label).collect(Collectors.joining(", "));
    }

    /**
     * Makes the contender that a specification names.
     *
     * @throws UnavailableException if it cannot run here
     * @throws IllegalArgumentException if a setting is wrong
     */
    public static Contender of(ContenderSpec spec, Setup setup) throws UnavailableException {
        return spec.kind().create(spec, setup);
    }
}
