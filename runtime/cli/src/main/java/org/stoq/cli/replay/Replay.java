package org.stoq.cli.replay;

import java.util.function.LongConsumer;
import org.stoq.sdk.cache.CachePolicy;

/** What a cache of some policy and size would have missed. */
final class Replay {
    /** Requests between two looks at whether somebody has pressed Ctrl-C. */
    private static final int STRIDE = 1 << 16;

    private final Trace trace;
    private final long capacity;
    private final boolean inObjects;

    /**
     * Creates a replay.
     *
     * @param capacity of the cache, in bytes or objects
     */
    Replay(Trace trace, long capacity, boolean inObjects) {
        this.trace = trace;
        this.capacity = capacity;
        this.inObjects = inObjects;
    }

    /** A cache that is asked for one request after the other. */
    @FunctionalInterface
    interface Simulation {
        /** Asks for an object, which comes in if it can. Returns whether it was there. */
        boolean request(long request, int object);
    }

    /**
     * What was missed.
     *
     * @param requests that found nothing
     * @param bytes that those asked for
     */
    record Missed(long requests, long bytes) {}

    /** Asks a policy. */
    Missed of(CachePolicy policy, LongConsumer done) throws InterruptedException {
        return run(new PolicySimulation(trace, policy, capacity, inObjects), done);
    }

    /**
     * Evicts what is asked for the latest (Belady, 1966): nothing misses less where all objects
     * have one size.
     */
    Missed ofBelady(LongConsumer done) throws InterruptedException {
        return run(new BeladySimulation(trace, capacity, inObjects), done);
    }

    /** Evicts what takes the most room for the longest time until it is asked for. */
    Missed ofSizedBelady(LongConsumer done) throws InterruptedException {
        return run(new SizedBeladySimulation(trace, capacity, inObjects), done);
    }

    /** Returns what an object weighs in the cache, at least 1. */
    static int weight(Trace trace, int object, boolean inObjects) {
        return inObjects ? 1 : Math.clamp(trace.size(object), 1, Integer.MAX_VALUE);
    }

    private Missed run(Simulation simulation, LongConsumer done) throws InterruptedException {
        long missed = 0;
        long bytes = 0;
        for (long i = 0; i < trace.requests(); i++) {
            int object = trace.object(i);
            if (!simulation.request(i, object)) {
                missed++;
                bytes += trace.size(object);
            }
            if ((i + 1) % STRIDE == 0) {
                done.accept(STRIDE);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
        done.accept(trace.requests() % STRIDE);
        return new Missed(missed, bytes);
    }
}
