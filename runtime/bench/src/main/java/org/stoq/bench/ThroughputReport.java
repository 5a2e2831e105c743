package org.stoq.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.stoq.bench.plot.BarChart;
import org.stoq.bench.plot.Drawing;

/**
 * What came of a measurement of throughput.
 *
 * @param plan what was to be done
 * @param machine where
 * @param outcomes the contenders, in the order of the plan, size after size
 */
public record ThroughputReport(ThroughputPlan plan, Machine machine, List<Outcome> outcomes) {
    /** Copies the list. */
    public ThroughputReport {
        outcomes = List.copyOf(outcomes);
    }

    /** Returns whether all that can run here did, and every byte was right. */
    public boolean passed() {
        return outcomes.stream().allMatch(outcome -> outcome.failure().isEmpty())
                && outcomes.stream().anyMatch(Outcome::measured);
    }

    /** Returns the form that scripts read: one object. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mode", "throughput");
        json.put("subject", plan.contenders().getFirst().toString());
        json.put("direction", plan.direction().name().toLowerCase(Locale.ROOT));
        json.put("connections", plan.connections());
        json.put("streams", plan.streams());
        json.put("congestion", plan.congestion());
        json.put("seconds", Decimals.of(plan.measured().toNanos() / 1e9));
        json.put("rounds", plan.rounds());
        json.put("machine", machine.json());
        json.put("contenders", outcomes.stream().map(Outcome::json).toList());
        json.put("ratio", ratios());
        json.put("passed", passed());
        return json;
    }

    /**
     * Returns it as a picture.
     *
     * @throws IllegalStateException if nothing was measured
     */
    public Drawing drawing() {
        String subject = plan.contenders().getFirst().toString();
        boolean one = plan.datagramBytes().size() == 1;
        List<BarChart.Bar> bars =
                outcomes.stream()
                        .filter(Outcome::measured)
                        .map(outcome ->
                                new BarChart.Bar(
                                        one
                                                ? outcome.contender().toString()
                                                : "%s, %,d bytes"
                                                        .formatted(
                                                                outcome.contender(),
                                                                outcome.datagramBytes()),
                                        outcome.total().gbitPerSecond(),
                                        outcome.spread().lowest(),
                                        outcome.spread().highest(),
                                        outcome.contender().toString().equals(subject)))
                        .toList();
        if (bars.isEmpty()) {
            throw new IllegalStateException("nothing was measured");
        }
        return new BarChart(
                "Verified bytes over loopback, both ends on this machine",
                "Gbit/s",
                machine.text(),
                bars);
    }

    /** The subject over each contender, by name; with the size where there are several. */
    private Map<String, Object> ratios() {
        Map<String, Object> ratios = new LinkedHashMap<>();
        boolean one = plan.datagramBytes().size() == 1;
        for (Outcome outcome : outcomes) {
            outcome.ratio()
                    .ifPresent(ratio ->
                            ratios.put(
                                    one
                                            ? outcome.contender().toString()
                                            : outcome.contender() + "@" + outcome.datagramBytes(),
                                    Decimals.of(ratio)));
        }
        return ratios;
    }
}
