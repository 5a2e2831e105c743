package org.stoq.cli.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.stoq.cli.CommandFailure;
import org.stoq.cli.NodeAccess;
import org.stoq.cli.StrategyRow;
import org.stoq.sdk.cbor.CborMap;

/**
 * Swaps of strategies, and how long each took: from the change of a file until the node says that
 * the new one is active. Thread-safe.
 */
final class Swaps {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final double NANOS_PER_MILLI = 1e6;

    private final LongSupplier nanoClock;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Long> tookNanos = new ArrayList<>();

    /** What to do to a node's files. */
    @FunctionalInterface
    interface Change {
        /** Does it. */
        void make() throws IOException;
    }

    /**
     * Which strategy is expected.
     *
     * @param spi simple name of its interface
     * @param name its name
     * @param version version of its bundle; empty for any
     */
    record Wanted(String spi, String name, String version) {
        boolean isSeenIn(StrategyRow row, boolean active) {
            return row.spi().equals(spi)
                    && row.name().equals(name)
                    && (version.isEmpty() || row.version().equals(version))
                    && (!active || row.state().equals("ACTIVE"));
        }
    }

    Swaps(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Makes a change and waits until the strategy is active. Counts as a swap. */
    void swap(NodeAccess node, Change change, Wanted wanted) throws IOException, CommandFailure {
        long start = nanoClock.getAsLong();
        change.make();
        await(node, wanted, true, start);
        took(nanoClock.getAsLong() - start);
    }

    void took(long nanos) {
        lock.lock();
        try {
            tookNanos.add(nanos);
        } finally {
            lock.unlock();
        }
    }

    /** Makes a change and waits until the strategy is there, active or not. */
    void introduce(NodeAccess node, Change change, Wanted wanted)
            throws IOException, CommandFailure {
        long start = nanoClock.getAsLong();
        change.make();
        await(node, wanted, false, start);
    }

    private void await(NodeAccess node, Wanted wanted, boolean active, long start)
            throws IOException, CommandFailure {
        while (true) {
            for (CborMap row : node.rows("node", "strategies")) {
                if (wanted.isSeenIn(StrategyRow.of(row), active)) {
                    return;
                }
            }
            if (nanoClock.getAsLong() - start > PATIENCE_NANOS) {
                throw CommandFailure.failed(
                        "%s %s did not become %s within 20 s"
                                .formatted(
                                        wanted.spi,
                                        wanted.name + " " + wanted.version,
                                        active ? "active" : "known"),
                        "stoq plugin list shows what the node makes of a plug-in");
            }
            LockSupport.parkNanos(ASK_AGAIN_NANOS);
        }
    }

    int count() {
        lock.lock();
        try {
            return tookNanos.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns the time that a share of the swaps did not exceed, in milliseconds: the nearest rank.
     * Zero if there were none.
     *
     * @param share from 0 to 1
     */
    double percentileMillis(double share) {
        lock.lock();
        try {
            if (tookNanos.isEmpty()) {
                return 0;
            }
            List<Long> sorted = tookNanos.stream().sorted().toList();
            int rank = (int) Math.ceil(share * sorted.size());
            return sorted.get(Math.clamp(rank, 1, sorted.size()) - 1) / NANOS_PER_MILLI;
        } finally {
            lock.unlock();
        }
    }
}
