package org.stoq.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stoq.bench.plot.Drawing;
import org.stoq.bench.plot.LatencyChart;

/**
 * What came of a measurement of latency.
 *
 * @param plan what was to be done
 * @param machine where
 * @param outcomes the contenders, in the order of the plan
 */
public record LatencyReport(LatencyPlan plan, Machine machine, List<LatencyOutcome> outcomes) {
    private static final double NANOS_PER_MILLI = 1e6;

    /** Copies the list. */
    public LatencyReport {
        outcomes = List.copyOf(outcomes);
    }

    /** Returns whether all that can run here did, and every answer was right. */
    public boolean passed() {
        return outcomes.stream().allMatch(outcome -> outcome.failure().isEmpty())
                && outcomes.stream().anyMatch(LatencyOutcome::measured);
    }

    /** Returns the form that scripts read: one object. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mode", "latency");
        json.put("mtu", plan.datagramBytes());
        json.put("request_bytes", plan.requestBytes());
        json.put("congestion", plan.congestion());
        json.put("seconds", Decimals.of(plan.measured().toNanos() / 1e9));
        json.put("rounds", plan.rounds());
        json.put("machine", machine.json());
        json.put("contenders", outcomes.stream().map(LatencyOutcome::json).toList());
        json.put("passed", passed());
        return json;
    }

    /**
     * Returns it as a picture.
     *
     * @throws IllegalStateException if nothing was measured
     */
    public Drawing drawing() {
        List<LatencyChart.Curve> curves =
                outcomes.stream()
                        .filter(LatencyOutcome::measured)
                        .map(outcome ->
                                new LatencyChart.Curve(
                                        outcome.contender().toString(),
                                        percent ->
                                                outcome.latencies().getValueAtPercentile(percent)
                                                        / NANOS_PER_MILLI))
                        .toList();
        if (curves.isEmpty()) {
            throw new IllegalStateException("nothing was measured");
        }
        return new LatencyChart(
                "Latency of %,d-byte requests".formatted(plan.requestBytes()),
                machine.text(),
                curves);
    }
}
