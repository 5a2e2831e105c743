package org.stoq.cli.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.stoq.cache.BuiltInPolicies;
import org.stoq.cli.CommandFailure;
import org.stoq.cli.ExitCode;
import org.stoq.cli.replay.Replay.Missed;
import org.stoq.cli.replay.ReplayReport.Result;
import org.stoq.cli.terminal.Progress;
import org.stoq.cli.terminal.Terminal;
import org.stoq.cli.tree.Parallel;
import org.stoq.sdk.cache.CachePolicy;

/**
 * Replays a trace.
 *
 * @param file the trace
 * @param policies names; empty for all
 * @param sizes of the cache, as they were typed
 * @param plugins jars, and folders of jars
 * @param width how many replays at a time
 */
public record ReplayRun(
        Path file, List<String> policies, List<String> sizes, List<Path> plugins, int width) {
    /** Copies the lists. */
    public ReplayRun {
        policies = List.copyOf(policies);
        sizes = List.copyOf(sizes);
        plugins = List.copyOf(plugins);
    }

    /** One policy at one size. */
    private record Job(Contender contender, CacheSize size, int place) {}

    /**
     * Does it.
     *
     * @throws CommandFailure USAGE for names and sizes that are none, TRACE_INVALID for a trace
     *     that is none, POLICY_FAILED for a policy that throws or lies
     */
    public ReplayReport run(Terminal terminal) throws Exception {
        List<CacheSize> caches = new ArrayList<>();
        for (String size : sizes) {
            caches.add(parsed(size));
        }
        try (PolicyJars jars = new PolicyJars()) {
            List<CachePolicy> known = new ArrayList<>(BuiltInPolicies.all());
            for (Path place : plugins) {
                known.addAll(jars.policies(place));
            }
            List<Contender> contenders = Contender.find(known, policies);
            try (Trace trace = read(terminal)) {
                return replay(trace, contenders, caches, terminal);
            }
        }
    }

    private static CacheSize parsed(String size) throws CommandFailure {
        try {
            return CacheSize.parse(size);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(
                    "--size: " + e.getMessage(),
                    "write bytes (64MB), a share of all objects (0.1 or 10%), or objects (687obj)");
        }
    }

    private Trace read(Terminal terminal) throws IOException, CommandFailure {
        try (Progress bar = terminal.bytes("read", OptionalLong.of(Files.size(file)))) {
            return Trace.read(file, bar::to);
        }
    }

    private ReplayReport replay(
            Trace trace, List<Contender> contenders, List<CacheSize> caches, Terminal terminal)
            throws Exception {
        Trace.Totals totals = trace.totals();
        warn(totals, terminal);
        if (!totals.emptyPlace().isEmpty() && caches.stream().anyMatch(size -> !size.inObjects())) {
            throw TraceFile.invalid(
                    "%s: an object of 0 bytes".formatted(totals.emptyPlace()),
                    "count objects instead of bytes: --size 687obj, --size 10%obj");
        }
        if (contenders.stream().anyMatch(Contender::looksAhead)) {
            trace.lookAhead();
        }
        List<Job> jobs = new ArrayList<>();
        for (CacheSize size : caches) {
            contenders.forEach(one -> jobs.add(new Job(one, size, jobs.size())));
        }
        // Each job writes a place of its own.
        @Nullable Result[] results = new Result[jobs.size()];
        try (Progress bar =
                terminal.items("replay", OptionalLong.of(jobs.size() * trace.requests()))) {
            Parallel.forEach(jobs, width, job -> results[job.place] = result(trace, job, bar));
        }
        return new ReplayReport(
                String.valueOf(file.getFileName()),
                trace.requests(),
                trace.objects(),
                totals.bytes(),
                totals.footprintBytes(),
                present(results));
    }

    private static List<Result> present(@Nullable Result[] results) {
        List<Result> all = new ArrayList<>();
        for (Result result : results) {
            if (result != null) {
                all.add(result);
            }
        }
        return all;
    }

    private static void warn(Trace.Totals totals, Terminal terminal) {
        if (totals.resized() > 0) {
            terminal.warn(
                    "%,d requests name another size than the first one for their object; the first"
                                    .formatted(totals.resized())
                            + " one counts");
        }
        if (totals.oversized() > 0) {
            terminal.warn(
                    "%,d objects are larger than 2 GiB - 1, and weigh that much to a policy"
                            .formatted(totals.oversized()));
        }
    }

    private static Result result(Trace trace, Job job, Progress bar)
            throws CommandFailure, InterruptedException {
        boolean inObjects = job.size.inObjects();
        long capacity = job.size.of(trace);
        Missed missed;
        try {
            missed = job.contender.run().in(new Replay(trace, capacity, inObjects), bar::add);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "POLICY_FAILED",
                    "the policy '%s' has failed: %s".formatted(job.contender.name(), e),
                    "a node would have put it into quarantine; see with --verbose where",
                    e);
        }
        long bytes = trace.totals().bytes();
        return new Result(
                job.contender.name(),
                capacity,
                inObjects ? Result.OBJECTS : Result.BYTES,
                (double) missed.requests() / trace.requests(),
                bytes == 0 ? null : (double) missed.bytes() / bytes);
    }
}
