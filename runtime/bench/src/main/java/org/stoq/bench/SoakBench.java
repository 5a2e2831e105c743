package org.stoq.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stoq.bench.child.BenchFolder;
import org.stoq.bench.child.ChildProcess;
import org.stoq.bench.child.Message;
import org.stoq.bench.contender.ContenderSpec;

/**
 * Keeps long streams on long connections busy, both ways at once, and sees whether they last: every
 * byte is compared, what breaks is named and opened anew, and the memory of both processes is
 * followed. Belongs to one thread, which blocks.
 */
public final class SoakBench {
    /** QUIC's FLOW_CONTROL_ERROR (RFC 9000 s.20.1), as a closing peer's number or as a word. */
    private static final List<String> FLOW_CONTROL =
            List.of("QUIC error 0x3 ", "FLOW_CONTROL", "FlowControl");

    /** What a processor's caches and the compilers take at the beginning is no leak. */
    private static final int SETTLING_DIVISOR = 3;

    /** Beyond the time of a look: a process that is busy answers late. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Plan plan;
    private final Path folder;
    private final BenchListener listener;

    /**
     * What is to be done.
     *
     * @param contender who
     * @param length how long
     * @param every how often to look
     * @param connections how many connections, at least 1
     * @param streams how many streams on each, at least 1
     * @param datagramBytes largest UDP payload
     * @param congestion congestion algorithm
     */
    public record Plan(
            ContenderSpec contender,
            Duration length,
            Duration every,
            int connections,
            int streams,
            int datagramBytes,
            String congestion) {
        /** Checks the ranges. */
        public Plan {
            if (connections < 1 || streams < 1 || every.isZero() || every.isNegative()) {
                throw new IllegalArgumentException(
                        "%d connections, %d streams, a look every %d ms"
                                .formatted(connections, streams, every.toMillis()));
            }
        }
    }

    /**
     * How things stood at a moment.
     *
     * @param seconds since the start
     * @param verifiedBytes since the look before, at both ends
     * @param serverResident memory of the server's process, bytes
     * @param clientResident memory of the client's process, bytes
     */
    public record Look(
            double seconds, long verifiedBytes, long serverResident, long clientResident) {}

    /**
     * Something that has ended before its time.
     *
     * @param seconds when it was seen, since the start
     * @param reason what the client's end says
     */
    public record Break(double seconds, String reason) {
        /** Returns whether QUIC's flow control was violated. */
        public boolean flowControl() {
            return FLOW_CONTROL.stream().anyMatch(reason::contains);
        }
    }

    /**
     * What came of it.
     *
     * @param plan what was to be done
     * @param machine where
     * @param looks one after the other
     * @param breaks in the order in which they were seen
     * @param cpu CPU time of both processes
     * @param corruption a byte that was wrong; the run ended with it
     */
    public record Report(
            Plan plan,
            Machine machine,
            List<Look> looks,
            List<Break> breaks,
            Duration cpu,
            Optional<String> corruption) {
        /** Copies the lists. */
        public Report {
            looks = List.copyOf(looks);
            breaks = List.copyOf(breaks);
        }

        /** Returns how many bytes were compared and right. */
        public long verifiedBytes() {
            return looks.stream().mapToLong(Look::verifiedBytes).sum();
        }

        /** Returns how long it was, in seconds. */
        public double seconds() {
            return looks.isEmpty() ? 0 : looks.getLast().seconds;
        }

        /** Returns the throughput of both directions together, in Gbit/s. */
        public double gbitPerSecond() {
            return seconds() == 0 ? 0 : verifiedBytes() * 8 / seconds() / 1e9;
        }

        /** Returns how many of the breaks were violations of QUIC's flow control. */
        public long flowControlErrors() {
            return breaks.stream().filter(Break::flowControl).count();
        }

        /** Returns by how many bytes an hour the server's memory has grown once it had settled. */
        public double serverGrowth() {
            return growth(looks.stream().map(look -> (double) look.serverResident).toList());
        }

        /** Returns by how many bytes an hour the client's memory has grown once it had settled. */
        public double clientGrowth() {
            return growth(looks.stream().map(look -> (double) look.clientResident).toList());
        }

        private double growth(List<Double> resident) {
            int first = looks.size() / SETTLING_DIVISOR;
            List<Double> times = looks.stream().map(look -> look.seconds / 3_600).toList();
            return Slope.of(
                    times.subList(first, times.size()), resident.subList(first, resident.size()));
        }

        /** Returns whether every byte was right and nothing broke. */
        public boolean passed() {
            return corruption.isEmpty() && breaks.isEmpty() && verifiedBytes() > 0;
        }

        /** Returns the form that scripts read: one object. */
        public Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("mode", "soak");
            json.put("name", plan.contender.toString());
            json.put("mtu", plan.datagramBytes);
            json.put("congestion", plan.congestion);
            json.put("connections", plan.connections);
            json.put("streams", plan.streams);
            json.put("seconds", Decimals.of(seconds()));
            json.put("verified_bytes", verifiedBytes());
            json.put("gbit_per_s", Decimals.of(gbitPerSecond()));
            json.put("cpu_s", Decimals.of(cpu.toMillis() / 1e3));
            json.put("breaks", breaks.stream().map(Report::json).toList());
            json.put("flow_control_errors", flowControlErrors());
            corruption.ifPresent(what -> json.put("corruption", what));
            json.put("server_growth_bytes_per_h", Math.round(serverGrowth()));
            json.put("client_growth_bytes_per_h", Math.round(clientGrowth()));
            json.put("looks", looks.stream().map(Report::json).toList());
            json.put("machine", machine.json());
            json.put("passed", passed());
            return json;
        }

        private static Map<String, Object> json(Break broken) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("at_s", Decimals.of(broken.seconds));
            json.put("reason", broken.reason);
            return json;
        }

        private static Map<String, Object> json(Look look) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("at_s", Decimals.of(look.seconds));
            json.put("verified_bytes", look.verifiedBytes);
            json.put("server_rss_bytes", look.serverResident);
            json.put("client_rss_bytes", look.clientResident);
            return json;
        }
    }

    /**
     * Creates a benchmark.
     *
     * @param folder an empty folder for certificates and logs
     */
    public SoakBench(Plan plan, Path folder, BenchListener listener) {
        this.plan = plan;
        this.folder = folder;
        this.listener = listener;
    }

    /**
     * Runs it.
     *
     * @throws IOException if a process fails, or no connection can be opened at the start
     */
    public Report run() throws IOException {
        new BenchFolder(folder).prepare();
        Message setup =
                Message.of("serve")
                        .with("contender", plan.contender)
                        .with("folder", folder)
                        .with("mtu", plan.datagramBytes)
                        .with("congestion", plan.congestion)
                        .with("connections", plan.connections)
                        .with("streams", plan.streams)
                        .with("direction", "BOTH")
                        .with("idle", ThroughputBench.IDLE_MILLIS);
        try (ChildProcess server = ChildProcess.start("the server", folder, List.of());
                ChildProcess client = ChildProcess.start("the client", folder, List.of())) {
            String port = server.ask(setup).text("port");
            Message first =
                    client.ask(new Message("soak", setup.values()).with("port", port), PATIENCE);
            return new Run(server, client).watch(first);
        }
    }

    /** One run, as it gets on. */
    private final class Run {
        private final ChildProcess server;
        private final ChildProcess client;
        private final List<Look> looks = new ArrayList<>();
        private final List<Break> breaks = new ArrayList<>();
        private final long startNanos = System.nanoTime();
        private Optional<String> corruption = Optional.empty();
        private long bytes;
        private long cpuNanos;

        Run(ChildProcess server, ChildProcess client) {
            this.server = server;
            this.client = client;
        }

        Report watch(Message first) throws IOException {
            note(first, 0);
            int total = (int) Math.ceilDiv(plan.length.toNanos(), plan.every.toNanos());
            long cpuBefore = cpuNanos;
            Duration left = plan.length;
            while (left.isPositive() && corruption.isEmpty()) {
                listener.step(said(), Math.min(looks.size(), total), total);
                Pause.of(left.compareTo(plan.every) < 0 ? left : plan.every);
                Message atClient = client.ask(Message.of("look"), PATIENCE);
                // One reading for both: what is reported is never shorter than what was asked for.
                long elapsedNanos = System.nanoTime() - startNanos;
                note(atClient, elapsedNanos / 1e9);
                left = plan.length.minusNanos(elapsedNanos);
            }
            listener.step(said(), total, total);
            return new Report(
                    plan,
                    Machine.here(),
                    looks,
                    breaks,
                    Duration.ofNanos(cpuNanos - cpuBefore),
                    corruption);
        }

        private void note(Message atClient, double seconds) throws IOException {
            Message atServer = server.ask(Message.of("look"), PATIENCE);
            corruption = atClient.find("corrupt").or(() -> atServer.find("corrupt"));
            atClient.text("breaks")
                    .lines()
                    .map(line ->
                            atServer.find("broken")
                                    .map(far -> line + "; the server's end: " + far)
                                    .orElse(line))
                    .forEach(reason -> breaks.add(new Break(seconds, reason)));
            long now = atClient.number("bytes") + atServer.number("bytes");
            cpuNanos = atClient.number("cpu") + atServer.number("cpu");
            if (seconds > 0) {
                looks.add(
                        new Look(
                                seconds,
                                now - bytes,
                                atServer.number("resident"),
                                atClient.number("resident")));
            }
            bytes = now;
        }

        private String said() {
            if (looks.isEmpty()) {
                return "soak";
            }
            Look last = looks.getLast();
            double before = looks.size() < 2 ? 0 : looks.get(looks.size() - 2).seconds;
            return "%,.0f s: %.2f Gbit/s, %,d GB verified, %d broken, server %,d MiB, client %,d MiB"
                    .formatted(
                            last.seconds,
                            last.verifiedBytes * 8 / (last.seconds - before) / 1e9,
                            bytes / 1_000_000_000,
                            breaks.size(),
                            last.serverResident >> 20,
                            last.clientResident >> 20);
        }
    }
}
