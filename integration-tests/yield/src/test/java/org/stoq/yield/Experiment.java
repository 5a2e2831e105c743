package org.stoq.yield;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.transport.Transport;
import org.stoq.testkit.impair.LinkCounts;
import org.stoq.trust.Certified;

/**
 * Measures on one line.
 *
 * @param transport the engine
 * @param identity of the node
 * @param line what lies between
 * @param span how long each measurement takes
 */
record Experiment(Transport transport, Certified identity, Line line, Duration span) {
    /** What finding the path's capacity may take before it counts what is used of it. */
    private static final Duration WARM_UP = Duration.ofSeconds(5);

    private static final long SAMPLE_NANOS = Duration.ofMillis(50).toNanos();
    private static final double NANOS = 1e9;
    private static final double MEGA = 1e6;

    /**
     * A push, and a download that comes later.
     *
     * @param alone the push alone, after a warm-up
     * @param beside both, from the moment in which the download was asked for
     */
    record Pair(Phase alone, Phase beside) {}

    /** Measures a download alone, from the moment in which it is asked for. */
    Phase lone(long seed) throws IOException {
        try (Bottleneck bottleneck = Bottleneck.open(transport, identity, line, seed);
                Transfer download = bottleneck.download()) {
            return measure(bottleneck, download, download, null);
        }
    }

    /** Measures a push alone, and then a download beside it. */
    Pair beside(String algorithm, long seed) throws IOException {
        try (Bottleneck bottleneck = Bottleneck.open(transport, identity, line, seed);
                Transfer push = bottleneck.push(algorithm)) {
            pass(WARM_UP);
            Phase alone = measure(bottleneck, push, null, push);
            try (Transfer download = bottleneck.download()) {
                return new Pair(alone, measure(bottleneck, download, download, push));
            }
        }
    }

    private Phase measure(
            Bottleneck bottleneck,
            Transfer observed,
            @Nullable Transfer foreground,
            @Nullable Transfer background)
            throws IOException {
        LinkCounts before = bottleneck.counts();
        long foregroundBefore = bytes(foreground);
        long backgroundBefore = bytes(background);
        long start = System.nanoTime();
        List<Duration> roundTrips = new ArrayList<>();
        while (System.nanoTime() - start < span.toNanos()) {
            LockSupport.parkNanos(SAMPLE_NANOS);
            Duration roundTrip = observed.roundTrip();
            if (!roundTrip.isZero()) {
                roundTrips.add(roundTrip);
            }
        }
        double seconds = (System.nanoTime() - start) / NANOS;
        LinkCounts after = bottleneck.counts();
        return new Phase(
                megabits(bytes(foreground) - foregroundBefore, seconds),
                megabits(bytes(background) - backgroundBefore, seconds),
                megabits(after.deliveredBytes() - before.deliveredBytes(), seconds)
                        * MEGA
                        / line.bitsPerSecond(),
                median(roundTrips),
                after.queueDropped() - before.queueDropped());
    }

    private static void pass(Duration time) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < time.toNanos()) {
            LockSupport.parkNanos(SAMPLE_NANOS);
        }
    }

    private static long bytes(@Nullable Transfer transfer) throws IOException {
        return transfer == null ? 0 : transfer.bytes();
    }

    private static double megabits(long bytes, double seconds) {
        return bytes * Byte.SIZE / seconds / MEGA;
    }

    private static double median(List<Duration> roundTrips) throws IOException {
        if (roundTrips.isEmpty()) {
            throw new IOException("the sender knows no round-trip time");
        }
        Collections.sort(roundTrips);
        return roundTrips.get(roundTrips.size() / 2).toNanos() / MEGA;
    }
}
