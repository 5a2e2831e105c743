package org.stoq.cli.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.stoq.cli.terminal.Amounts;

/**
 * What came of a demo; also its shape in JSON.
 *
 * @param nodes how many nodes ran
 * @param objects how many objects were published
 * @param bytes how many bytes they have
 * @param verifiedBytes how many bytes of the copies are the same as in the source, over all copies
 * @param dedupRatio share of the published bytes that needed no room, 0 to 1
 * @param requests calls for content that were made, all kinds together
 * @param failedRequests how many of them failed
 * @param swaps how often a strategy was swapped meanwhile
 * @param swapP50Ms half of the swaps were faster, milliseconds
 * @param swapP99Ms 99 % of the swaps were not slower, milliseconds
 * @param bootMs how long each node took to boot, milliseconds
 * @param residentBytes memory of each node at the end
 * @param elapsedMs how long all of it took, milliseconds
 * @param differences what is not identical
 * @param failures the first failed requests
 */
public record DemoReport(
        int nodes,
        long objects,
        long bytes,
        long verifiedBytes,
        double dedupRatio,
        long requests,
        long failedRequests,
        int swaps,
        double swapP50Ms,
        double swapP99Ms,
        List<Long> bootMs,
        List<Long> residentBytes,
        long elapsedMs,
        List<String> differences,
        List<String> failures) {
    /** Copies the lists. */
    public DemoReport {
        bootMs = List.copyOf(bootMs);
        residentBytes = List.copyOf(residentBytes);
        differences = List.copyOf(differences);
        failures = List.copyOf(failures);
    }

    /** Returns whether every copy is whole and no request has failed. */
    public boolean passed() {
        return failedRequests == 0
                && differences.isEmpty()
                && verifiedBytes == bytes * (nodes - 1)
                && swaps > 0;
    }

    /** Prints the table for a person. */
    public void print(PrintStream out) {
        out.printf(
                "published   %s, %s, %s stored once%n",
                Amounts.count(objects, "object"),
                Amounts.bytes(bytes),
                Amounts.percent(1 - dedupRatio));
        out.printf(
                "fetched     by %d other nodes: %s identical to the source%n",
                nodes - 1, Amounts.bytes(verifiedBytes));
        out.printf("requests    %,d, of them failed: %,d%n", requests, failedRequests);
        out.printf(
                "swaps       %d while they ran; p50 %.0f ms, p99 %.0f ms%n",
                swaps, swapP50Ms, swapP99Ms);
        out.printf(
                "boot        %s ms%n",
                bootMs.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        out.printf(
                "memory      %s%n",
                residentBytes.stream().map(Amounts::bytes).collect(Collectors.joining(", ")));
        out.printf("took        %s%n", Amounts.duration(Duration.ofMillis(elapsedMs)));
        differences.stream().limit(10).forEach(line -> out.println("DIFFERENT   " + line));
        failures.forEach(line -> out.println("FAILED      " + line));
        out.println(passed() ? "PASSED" : "NOT PASSED");
    }
}
