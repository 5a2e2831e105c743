package org.stoq.testkit.impair;

import java.net.InetSocketAddress;

/** Sees every datagram as it comes in, before anything happens to it. */
@FunctionalInterface
public interface Tap {
    /** Looks at nothing. */
    Tap NONE = seen -> {};

    /**
     * Looks at a datagram. Called on the thread of the network, which waits meanwhile: it must not
     * block. If it throws, the network stops, and says why when it is closed.
     */
    void seen(Seen datagram);

    /**
     * A datagram that came in.
     *
     * @param direction which way it goes
     * @param client from whom it comes or for whom it is
     * @param nanos when, by {@link System#nanoTime}
     * @param bytes a copy of it
     */
    record Seen(Direction direction, InetSocketAddress client, long nanos, byte[] bytes) {}
}
