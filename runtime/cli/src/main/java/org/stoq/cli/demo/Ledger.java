package org.stoq.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Terminal;
import org.stoq.cli.tree.PartialFiles;

/**
 * What the acts of a demo share: who tells the story, and what is counted.
 *
 * @param terminal tells the story
 * @param partial unfinished files
 * @param nanoClock nanoseconds of any origin
 * @param tally requests for content
 * @param swaps swaps of strategies
 */
record Ledger(
        Terminal terminal, PartialFiles partial, LongSupplier nanoClock, Tally tally, Swaps swaps) {
    /** Tells that an act is over. */
    void noteDone(long begunNanos, int swapsBefore) {
        Duration took = Duration.ofNanos(nanoClock.getAsLong() - begunNanos);
        terminal.note(
                "     done in %s; %d swaps meanwhile"
                        .formatted(Amounts.duration(took), swaps.count() - swapsBefore));
    }

    /** Returns sources of randomness for a load, the same ones in every run. */
    static List<SplittableRandom> randoms(int count, long seed) {
        List<SplittableRandom> randoms = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            randoms.add(new SplittableRandom(seed * 100 + i));
        }
        return randoms;
    }

    /** Waits for a task. Throws what the task has thrown. */
    static void get(Future<?> future) throws Exception {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
