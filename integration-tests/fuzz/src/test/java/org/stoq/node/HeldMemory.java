package org.stoq.node;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.stoq.client.session.SessionOptions;
import org.stoq.fuzz.Carrier;
import org.stoq.sdk.StoqErrorCode;

/**
 * What connections make a node hold: what is on the heap with so many of them, after a collection,
 * less what was there before and what the engine below has not been asked for.
 */
final class HeldMemory {
    private static final int MOST_COLLECTIONS = 10;
    private static final int STEADY_COLLECTIONS = 2;
    private static final int STEADY_BYTES = 1 << 14;

    private final HostNode host;
    private final SessionOptions options;
    private final List<X509Certificate> chain;
    private final int maxStreams;
    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();

    /** What a client does once it is in. */
    @FunctionalInterface
    interface Behaviour {
        void on(HostNode.Guest guest) throws IOException;
    }

    /**
     * Prepares to measure.
     *
     * @param chain what the clients show
     * @param maxStreams how many streams of each kind they may open
     */
    HeldMemory(HostNode host, SessionOptions options, List<X509Certificate> chain, int maxStreams) {
        this.host = host;
        this.options = options;
        this.chain = chain;
        this.maxStreams = maxStreams;
    }

    /** Returns bytes per connection, above what there was before. */
    long perConnection(Behaviour behaviour, int connections) throws IOException {
        long before = used();
        List<HostNode.Guest> guests = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            HostNode.Guest guest = host.admit(chain, maxStreams, true, options);
            Carrier.settle();
            behaviour.on(guest);
            Carrier.settle();
            guests.add(guest);
        }
        long unread = guests.stream().mapToLong(g -> g.connection().unreadBytes()).sum();
        long held = (used() - before - unread) / connections;
        guests.forEach(guest -> guest.connection().peerCloses(StoqErrorCode.NO_ERROR));
        Carrier.settle();
        return held;
    }

    /** Collects until nothing more goes: timers that were stopped are let go by another thread. */
    private long used() {
        long least = Long.MAX_VALUE;
        int steady = 0;
        for (int left = MOST_COLLECTIONS; left > 0 && steady < STEADY_COLLECTIONS; left--) {
            memory.gc();
            long used = memory.getHeapMemoryUsage().getUsed();
            steady = used < least - STEADY_BYTES ? 0 : steady + 1;
            least = Math.min(least, used);
        }
        return least;
    }
}
