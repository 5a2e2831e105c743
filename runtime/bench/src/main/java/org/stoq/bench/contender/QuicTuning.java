package org.stoq.bench.contender;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How Netty's QUIC codec and its socket are set. What is empty stays as the codec has it.
 *
 * @param congestion the congestion algorithm
 * @param segments how many datagrams one system call sends (UDP_SEGMENT); 1 for one
 * @param receiveOffload whether the kernel joins datagrams (UDP_GRO)
 * @param reads how many reads of the socket in a row
 * @param socketBufferBytes what the socket's buffers are asked to hold
 * @param streamWindowBytes flow-control window of a stream
 * @param connectionWindowBytes flow-control window of a connection
 * @param idleMillis after how much silence a connection ends
 * @param writeBytes the most bytes in one write
 * @param unsentBytes the most bytes that were written and not taken by the codec yet
 * @param loops how many event loops, and sockets of a server
 * @param initialPackets initial congestion window in packets
 * @param slowStartExit whether HyStart++ is on (RFC 9406)
 * @param allocator where buffers come from
 */
record QuicTuning(
        Optional<QuicCongestionControlAlgorithm> congestion,
        int segments,
        boolean receiveOffload,
        OptionalInt reads,
        OptionalInt socketBufferBytes,
        int streamWindowBytes,
        int connectionWindowBytes,
        int idleMillis,
        int writeBytes,
        int unsentBytes,
        int loops,
        OptionalInt initialPackets,
        Optional<Boolean> slowStartExit,
        Optional<ByteBufAllocator> allocator) {
    /** What a specification may set. */
    static final String SETTINGS =
            "congestion segments gro reads socket stream-window window write unsent loops initial"
                    + " hystart";

    /** Most bytes in one send: what the length field of UDP can say, less headers. */
    private static final int MAX_SEGMENTED_BYTES = 65_000;

    static final int BEST_SEGMENTS = 48;
    private static final int WRITE_BYTES = 256 << 10;
    private static final int UNSENT_BYTES = 1 << 20;
    private static final int MOST_BYTES = 1 << 30;

    /** Returns what Netty's QuicServerExample and QuicClientExample set. */
    static QuicTuning example(ContenderSpec spec, Setup setup) {
        return new QuicTuning(
                Optional.empty(),
                1,
                false,
                OptionalInt.empty(),
                OptionalInt.empty(),
                1_000_000,
                10_000_000,
                5_000,
                spec.number("write", Flow.HEADER_BYTES, MOST_BYTES, WRITE_BYTES),
                UNSENT_BYTES,
                loops(setup),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Returns the best that is known, changed as the specification says. */
    static QuicTuning tuned(ContenderSpec spec, Setup setup) {
        int most = mostSegments(setup.datagramBytes());
        int buffer = spec.number("socket", 1 << 12, MOST_BYTES, 4 << 20);
        return new QuicTuning(
                Optional.of(algorithm(spec.text("congestion").orElse(setup.congestion()))),
                spec.number("segments", 1, most, Math.min(BEST_SEGMENTS, most)),
                flag(spec, "gro").orElse(true),
                OptionalInt.of(spec.number("reads", 1, 1 << 10, 16)),
                OptionalInt.of(buffer),
                spec.number("stream-window", 1 << 10, MOST_BYTES, 4 << 20),
                spec.number("window", 1 << 10, MOST_BYTES, 16 << 20),
                Math.toIntExact(setup.idleTimeout().toMillis()),
                spec.number("write", Flow.HEADER_BYTES, MOST_BYTES, WRITE_BYTES),
                spec.number("unsent", 1, MOST_BYTES, UNSENT_BYTES),
                spec.number("loops", 1, 1 << 8, loops(setup)),
                spec.text("initial").isEmpty()
                        ? OptionalInt.empty()
                        : OptionalInt.of(spec.number("initial", 1, 1 << 20, 10)),
                flag(spec, "hystart"),
                // As STOQ's engine has it; Netty's own choice costs more here.
                Optional.of(PooledByteBufAllocator.DEFAULT));
    }

    /** One for each connection, as long as there are cores for them. */
    static int loops(Setup setup) {
        return Math.min(setup.connections(), Runtime.getRuntime().availableProcessors());
    }

    /** Returns how many datagrams one send can carry. */
    static int mostSegments(int datagramBytes) {
        return Math.max(1, MAX_SEGMENTED_BYTES / datagramBytes);
    }

    private static Optional<Boolean> flag(ContenderSpec spec, String key) {
        return spec.text(key)
                .map(value ->
                        switch (value) {
                            case "on" -> true;
                            case "off" -> false;
                            default ->
                                    throw new IllegalArgumentException(
                                            "%s=%s of %s is neither on nor off"
                                                    .formatted(key, value, spec.name()));
                        });
    }

    private static QuicCongestionControlAlgorithm algorithm(String name) {
        return Arrays.stream(QuicCongestionControlAlgorithm.values())
                .filter(algorithm -> algorithm.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "Netty has no congestion algorithm '%s', but cubic, reno and bbr"
                                        .formatted(name)));
    }
}
