package org.stoq.yield;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What came out for one controller of the push on one line: medians over the rounds.
 *
 * @param algorithm of the push
 * @param loneMegabits Mbit/s of the download alone
 * @param besideMegabits Mbit/s of the download beside the push
 * @param keeps which part of its lone throughput the download keeps: the median of each round's
 * @param leastKeeps the least of them
 * @param pushMegabits Mbit/s of the push beside the download
 * @param pushAlone which part of the line's rate the push uses while it is alone
 * @param loneQueueMillis how long packets of the download wait when it is alone
 * @param besideQueueMillis how long they wait beside the push
 * @param utilisation of the line, while both send
 */
record Outcome(
        String algorithm,
        double loneMegabits,
        double besideMegabits,
        double keeps,
        double leastKeeps,
        double pushMegabits,
        double pushAlone,
        double loneQueueMillis,
        double besideQueueMillis,
        double utilisation) {
    private static final double MILLI_NANOS = 1e6;

    /** One round. */
    record Round(Phase lone, Experiment.Pair pair) {
        double keeps() {
            return pair.beside().foregroundMegabits() / lone.foregroundMegabits();
        }
    }

    /** Sums rounds up. */
    static Outcome of(String algorithm, Line line, List<Round> rounds) {
        double bareMillis = line.roundTrip().toNanos() / MILLI_NANOS;
        return new Outcome(
                algorithm,
                median(rounds, round -> round.lone.foregroundMegabits()),
                median(rounds, round -> round.pair.beside().foregroundMegabits()),
                median(rounds, Round::keeps),
                sorted(rounds, Round::keeps)[0],
                median(rounds, round -> round.pair.beside().backgroundMegabits()),
                median(rounds, round -> round.pair.alone().utilisation()),
                median(rounds, round -> round.lone.roundTripMillis()) - bareMillis,
                median(rounds, round -> round.pair.beside().roundTripMillis()) - bareMillis,
                median(rounds, round -> round.pair.beside().utilisation()));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
        double[] sorted = sorted(rounds, value);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double[] sorted(List<Round> rounds, ToDoubleFunction<Round> value) {
        return Arrays.stream(rounds.stream().mapToDouble(value).toArray()).sorted().toArray();
    }
}
