package org.stoq.cli.replay;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.plot.Drawing;
import org.stoq.bench.plot.MissRatioChart;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Table;

/**
 * What a trace is, and what each policy missed of it at each size. The shape of the result in JSON.
 *
 * @param trace name of the file
 * @param requests how many there are
 * @param objects how many different ones they ask for
 * @param bytes of all requests together
 * @param footprintBytes of all objects together
 * @param results in the order in which sizes and policies were named
 */
public record ReplayReport(
        String trace,
        long requests,
        long objects,
        long bytes,
        long footprintBytes,
        List<Result> results) {
    /** Copies the list. */
    public ReplayReport {
        results = List.copyOf(results);
    }

    /**
     * One policy at one size.
     *
     * @param policy its name
     * @param size of the cache, in bytes or in objects
     * @param unit which of both: {@code bytes} or {@code objects}
     * @param objectMiss share of the requests that it missed, 0 to 1
     * @param byteMiss share of the bytes that it missed, 0 to 1; null if the trace has no bytes
     */
    public record Result(
            String policy, long size, String unit, double objectMiss, @Nullable Double byteMiss) {
        static final String BYTES = "bytes";
        static final String OBJECTS = "objects";

        String sizeForPeople() {
            return unit.equals(BYTES) ? Amounts.bytes(size) : Amounts.count(size, "object");
        }
    }

    /** Prints it for a person. */
    public void print(PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%s: %s for %s, footprint %s%n%n",
                trace,
                Amounts.count(requests, "request"),
                Amounts.count(objects, "object"),
                Amounts.bytes(footprintBytes));
        Table table = new Table("policy", ">size", ">object miss", ">byte miss");
        for (Result result : results) {
            table.row(
                    result.policy,
                    result.sizeForPeople(),
                    ratio(result.objectMiss),
                    result.byteMiss == null ? "-" : ratio(result.byteMiss));
        }
        table.print(out);
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    /** Returns the share of requests that were missed over the size. */
    public Drawing drawing() {
        Map<String, List<MissRatioChart.Point>> curves = new LinkedHashMap<>();
        for (Result result : results) {
            curves.computeIfAbsent(result.policy, any -> new ArrayList<>())
                    .add(
                            new MissRatioChart.Point(
                                    result.size, result.sizeForPeople(), result.objectMiss));
        }
        return new MissRatioChart(
                "Requests missed over the size of the cache",
                "%s: %,d requests for %,d objects".formatted(trace, requests, objects),
                curves.entrySet().stream()
                        .map(curve -> new MissRatioChart.Curve(curve.getKey(), curve.getValue()))
                        .toList());
    }
}
