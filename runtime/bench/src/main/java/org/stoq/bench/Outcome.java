package org.stoq.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.stoq.bench.contender.ContenderSpec;

/**
 * What came of one contender at one size of datagram.
 *
 * @param contender who it was
 * @param datagramBytes largest UDP payload
 * @param rounds the windows, in the order of the rounds; empty if it did not run to the end
 * @param ratio throughput of the subject over that of this one: the median over the rounds
 * @param unavailable why it cannot run here
 * @param failure why it did not run to the end, or which byte was wrong
 */
public record Outcome(
        ContenderSpec contender,
        int datagramBytes,
        List<Round> rounds,
        OptionalDouble ratio,
        Optional<String> unavailable,
        Optional<String> failure) {
    /** 40 Gbit/s are 5 GB/s. */
    private static final double GIGABYTES_IN_40_GBIT = 5;

    /** Copies the list. */
    public Outcome {
        rounds = List.copyOf(rounds);
    }

    /** Returns whether there are numbers. */
    public boolean measured() {
        return !rounds.isEmpty();
    }

    /** Returns all windows as one. */
    public Round total() {
        return rounds.stream()
                .reduce(Round::plus)
                .orElseThrow(() -> new IllegalStateException(contender + " was not measured"));
    }

    /** Returns the throughputs of the rounds, in Gbit/s. */
    public Spread spread() {
        return Spread.of(rounds.stream().map(Round::gbitPerSecond).toList());
    }

    /** Returns how many cores both ends together would need for 40 Gbit/s. */
    public double coresPer40Gbit() {
        return total().cpuSecondsPerGigabyte() * GIGABYTES_IN_40_GBIT;
    }

    /** Returns the form that scripts read. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", contender.toString());
        json.put("description", contender.kind().description());
        json.put("mtu", datagramBytes);
        if (measured()) {
            Round total = total();
            json.put("gbit_per_s", Decimals.of(total.gbitPerSecond()));
            json.put("cpu_s_per_gb", Decimals.of(total.cpuSecondsPerGigabyte()));
            json.put("cores_per_40gbit", Decimals.of(coresPer40Gbit()));
            json.put("verified_bytes", total.verifiedBytes());
            json.put("measured_s", Decimals.of(total.nanos() / 1e9));
            json.put("lost_datagrams", total.lostDatagrams());
            json.put(
                    "rounds_gbit_per_s",
                    rounds.stream().map(round -> Decimals.of(round.gbitPerSecond())).toList());
            ratio.ifPresent(value -> json.put("ratio", Decimals.of(value)));
        }
        unavailable.ifPresent(reason -> json.put("unavailable", reason));
        failure.ifPresent(reason -> json.put("failure", reason));
        return json;
    }
}
