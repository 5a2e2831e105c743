package org.stoq.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.stoq.bench.contender.ContenderSpec;

/**
 * What came of one contender.
 *
 * @param contender who it was
 * @param closedLoopRate requests in a second, with as many at once as it was asked for; 0 if it did
 *     not run
 * @param rate requests in a second that were made
 * @param latencies in nanoseconds, from the moment at which each was meant to begin
 * @param cpuMicros CPU time of both ends for one request, in microseconds
 * @param failed how many requests had no right answer
 * @param unavailable why it cannot run here
 * @param failure why it did not run to the end, or the first request failed
 */
public record LatencyOutcome(
        ContenderSpec contender,
        double closedLoopRate,
        double rate,
        Histogram latencies,
        double cpuMicros,
        long failed,
        Optional<String> unavailable,
        Optional<String> failure) {
    private static final double NANOS_PER_MICRO = 1_000;

    /** Returns whether there are numbers. */
    public boolean measured() {
        return latencies.getTotalCount() > 0;
    }

    /**
     * Returns the latency that so many requests did not exceed, in microseconds.
     *
     * @param percent of the requests, 0 to 100
     */
    public double micros(double percent) {
        return latencies.getValueAtPercentile(percent) / NANOS_PER_MICRO;
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", contender.toString());
        if (measured()) {
            json.put("closed_loop_per_s", Decimals.of(closedLoopRate));
            json.put("rate_per_s", Decimals.of(rate));
            json.put("requests", latencies.getTotalCount());
            json.put("failed", failed);
            json.put("cpu_us_per_request", Decimals.of(cpuMicros));
            json.put("p50_us", Decimals.of(micros(50)));
            json.put("p95_us", Decimals.of(micros(95)));
            json.put("p99_us", Decimals.of(micros(99)));
            json.put("p999_us", Decimals.of(micros(99.9)));
            json.put("max_us", Decimals.of(micros(100)));
            json.put("p99_over_p50", Decimals.of(micros(99) / micros(50)));
        }
        unavailable.ifPresent(reason -> json.put("unavailable", reason));
        failure.ifPresent(reason -> json.put("failure", reason));
        return json;
    }
}
