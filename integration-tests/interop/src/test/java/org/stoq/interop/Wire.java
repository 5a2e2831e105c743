package org.stoq.interop;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.stoq.testkit.impair.Direction;
import org.stoq.testkit.impair.Tap;

/**
 * Counts what goes over the wire, by client address and by what the packets say of themselves
 * without being decrypted (RFC 9000 s.17). Thread-safe.
 */
final class Wire implements Tap {
    private static final int LONG_HEADER = 0x80;
    private static final int VERSION_1 = 1;

    /** The two bits of the type, from the left (RFC 9000 table 5). */
    private static final Kind[] LONG_KINDS = {Kind.INITIAL, Kind.EARLY, Kind.HANDSHAKE, Kind.RETRY};

    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock; in the order in which the addresses appeared. */
    private final Map<InetSocketAddress, Flow> flows = new LinkedHashMap<>();

    /** What a packet is. */
    enum Kind {
        INITIAL,
        /** An Initial that carries a token (RFC 9000 s.8.1). */
        INITIAL_WITH_TOKEN,
        EARLY,
        HANDSHAKE,
        RETRY,
        ONE_RTT,
        VERSION_NEGOTIATION,
        /** A long header of another version than 1. */
        OTHER_VERSION
    }

    /** What one client address has exchanged with the server. */
    final class Flow {
        private final Map<Direction, Map<Kind, long[]>> seen = new EnumMap<>(Direction.class);

        private void add(Direction direction, Kind kind, int length) {
            long[] numbers =
                    seen.computeIfAbsent(direction, missing -> new EnumMap<>(Kind.class))
                            .computeIfAbsent(kind, missing -> new long[2]);
            numbers[0]++;
            numbers[1] += length;
        }

        private long read(Direction direction, Kind kind, int index) {
            return locked(() -> {
                long[] numbers = seen.getOrDefault(direction, Map.of()).get(kind);
                return numbers == null ? 0 : numbers[index];
            });
        }

        /** Returns how many packets of a kind went one way. */
        long packets(Direction direction, Kind kind) {
            return read(direction, kind, 0);
        }

        /** Returns how many bytes these packets had after their headers. */
        long bytes(Direction direction, Kind kind) {
            return read(direction, kind, 1);
        }
    }

    private long locked(LongSupplier work) {
        lock.lock();
        try {
            return work.getAsLong();
        } finally {
            lock.unlock();
        }
    }

    /** Returns one for every client address, the first first. */
    List<Flow> flows() {
        lock.lock();
        try {
            return List.copyOf(flows.values());
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many packets of a kind went one way, of all clients. */
    long packets(Direction direction, Kind kind) {
        return flows().stream().mapToLong(flow -> flow.packets(direction, kind)).sum();
    }

    /** Returns how many bytes these packets had after their headers. */
    long bytes(Direction direction, Kind kind) {
        return flows().stream().mapToLong(flow -> flow.bytes(direction, kind)).sum();
    }

    @Override
    public void seen(Seen datagram) {
        lock.lock();
        try {
            Flow flow = flows.computeIfAbsent(datagram.client(), client -> new Flow());
            ByteBuffer bytes = ByteBuffer.wrap(datagram.bytes());
            // Packets of a handshake share datagrams (RFC 9000 s.12.2).
            while (bytes.hasRemaining()) {
                read(bytes, datagram.direction(), flow);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Reads one packet; one with a short header is the last of its datagram. */
    private static void read(ByteBuffer bytes, Direction direction, Flow flow) {
        int first = bytes.get() & 0xFF;
        if ((first & LONG_HEADER) == 0) {
            // Zeros behind a packet are padding; no packet begins with one (RFC 9000 s.17.3.1).
            if (first != 0) {
                flow.add(direction, Kind.ONE_RTT, bytes.remaining());
            }
            bytes.position(bytes.limit());
            return;
        }
        int version = bytes.getInt();
        skip(bytes, bytes.get() & 0xFF);
        skip(bytes, bytes.get() & 0xFF);
        if (version != VERSION_1) {
            flow.add(
                    direction,
                    version == 0 ? Kind.VERSION_NEGOTIATION : Kind.OTHER_VERSION,
                    bytes.remaining());
            bytes.position(bytes.limit());
            return;
        }
        Kind kind = LONG_KINDS[(first >> 4) & 3];
        if (kind == Kind.RETRY) {
            flow.add(direction, kind, bytes.remaining());
            bytes.position(bytes.limit());
            return;
        }
        if (kind == Kind.INITIAL) {
            long token = varint(bytes);
            skip(bytes, (int) token);
            kind = token > 0 ? Kind.INITIAL_WITH_TOKEN : kind;
        }
        int length = (int) varint(bytes);
        skip(bytes, length);
        flow.add(direction, kind, length);
    }

    private static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count);
    }

    /** RFC 9000 s.16. */
    private static long varint(ByteBuffer bytes) {
        int first = bytes.get() & 0xFF;
        long value = first & 0x3F;
        for (int more = (1 << (first >> 6)) - 1; more > 0; more--) {
            value = (value << 8) | (bytes.get() & 0xFF);
        }
        return value;
    }
}
