package org.stoq.testkit;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;

/** DATAGRAM frames on their way to one end of a connection; guarded by the connection's lock. */
final class SimulatedDatagrams {
    /** How many wait for a reader; then the oldest is dropped. */
    static final int MOST = 64;

    private record Datagram(ByteBuffer bytes, long arrivesAtNanos) {}

    private final PriorityQueue<Datagram> waiting =
            new PriorityQueue<>(
                    Comparator.comparing(Datagram::arrivesAtNanos, (a, b) -> Long.signum(a - b)));

    void add(ByteBuffer bytes, long arrivesAtNanos) {
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        waiting.add(new Datagram(copy, arrivesAtNanos));
        if (waiting.size() > MOST) {
            waiting.remove();
        }
    }

    /** Returns the next one that has arrived. */
    Optional<ByteBuffer> poll(long nowNanos) {
        Datagram head = waiting.peek();
        if (head == null || head.arrivesAtNanos - nowNanos > 0) {
            return Optional.empty();
        }
        waiting.remove();
        return Optional.of(head.bytes);
    }

    /** Returns when the next one arrives, or {@link Long#MAX_VALUE} if none is under way. */
    long nextNanos() {
        Datagram head = waiting.peek();
        return head == null ? Long.MAX_VALUE : head.arrivesAtNanos;
    }
}
