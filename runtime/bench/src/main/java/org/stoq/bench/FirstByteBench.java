package org.stoq.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.stoq.bench.child.BenchFolder;
import org.stoq.bench.child.ChildProcess;
import org.stoq.bench.child.Message;

/**
 * Measures how long it takes from the wish for a connection to the first byte of an answer, over a
 * path of a known round trip: with a full handshake, with a resumed one, and with the question in
 * the first packet (0-RTT, RFC 9001 s.4.6). Client and server are processes of their own. Belongs
 * to one thread, which blocks.
 */
public final class FirstByteBench {
    /** So many connections come first and do not count: programs run faster then. */
    private static final int WARM_UP = 30;

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final double NANOS_PER_MILLI = 1e6;

    private final Plan plan;
    private final Path folder;
    private final BenchListener listener;

    /**
     * What is to be done.
     *
     * @param roundTrip of the path, at least 1 ms
     * @param connections how many of each kind, at least 1
     */
    public record Plan(Duration roundTrip, int connections) {
        /** Checks the ranges. */
        public Plan {
            if (roundTrip.toMillis() < 1 || connections < 1) {
                throw new IllegalArgumentException(
                        "a round trip of %d ms, %d connections"
                                .formatted(roundTrip.toMillis(), connections));
            }
        }
    }

    /** How a connection begins. */
    public enum Kind {
        /** Without a ticket of an earlier connection. */
        FULL(false, false),
        /** With a ticket; the question waits for the handshake. */
        RESUMED(true, false),
        /** With a ticket; the question is in the first packet. */
        EARLY(true, true);

        private final boolean tickets;
        private final boolean early;

        Kind(boolean tickets, boolean early) {
            this.tickets = tickets;
            this.early = early;
        }
    }

    /**
     * What came of one kind.
     *
     * @param kind which
     * @param millis times to the first byte, milliseconds
     * @param roundTrips the median of them, counted in round trips of the path
     * @param answeredEarly how many were answered before the handshake had finished, as the server
     *     says
     */
    public record Outcome(Kind kind, Spread millis, double roundTrips, int answeredEarly) {
        static Outcome of(Kind kind, Message answer, Duration roundTrip) {
            Spread spread =
                    Spread.of(
                            Arrays.stream(answer.text("nanos").split(",", -1))
                                    .map(nanos -> Long.parseLong(nanos) / NANOS_PER_MILLI)
                                    .toList());
            return new Outcome(
                    kind,
                    spread,
                    spread.median() * NANOS_PER_MILLI / roundTrip.toNanos(),
                    (int) answer.number("early"));
        }

        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("kind", kind.name().toLowerCase(Locale.ROOT));
            json.put("median_ms", Decimals.of(millis.median()));
            json.put("lowest_ms", Decimals.of(millis.lowest()));
            json.put("highest_ms", Decimals.of(millis.highest()));
            json.put("round_trips", Decimals.of(roundTrips));
            json.put("answered_early", answeredEarly);
            return json;
        }
    }

    /**
     * What came of all.
     *
     * @param plan what was to be done
     * @param machine where
     * @param outcomes one for each kind
     */
    public record Report(Plan plan, Machine machine, List<Outcome> outcomes) {
        /** Copies the list. */
        public Report {
            outcomes = List.copyOf(outcomes);
        }

        /** Returns whether early questions, and no others, were answered early. */
        public boolean passed() {
            return outcomes.stream()
                    .allMatch(outcome ->
                            outcome.answeredEarly == (outcome.kind.early ? plan.connections : 0));
        }

        /** Returns the form that scripts read: one object. */
        public Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("mode", "first-byte");
            json.put("round_trip_ms", plan.roundTrip.toMillis());
            json.put("connections", plan.connections);
            json.put("machine", machine.json());
            json.put("kinds", outcomes.stream().map(Outcome::json).toList());
            json.put("passed", passed());
            return json;
        }
    }

    /**
     * Creates a benchmark.
     *
     * @param folder an empty folder for certificates and logs
     */
    public FirstByteBench(Plan plan, Path folder, BenchListener listener) {
        this.plan = plan;
        this.folder = folder;
        this.listener = listener;
    }

    /**
     * Runs it.
     *
     * @throws IOException if a process fails, or a question is not answered
     */
    public Report run() throws IOException {
        new BenchFolder(folder).prepare();
        int steps = Kind.values().length + 1;
        listener.step("starting", 0, steps);
        try (ChildProcess server = ChildProcess.start("the server", folder, List.of());
                ChildProcess client = ChildProcess.start("the client", folder, List.of())) {
            Message setup = Message.of("first-byte").with("folder", folder);
            int port = (int) server.ask(new Message("answer-early", setup.values())).number("port");
            InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("::1"), port);
            try (DelayedPath path = new DelayedPath(address, plan.roundTrip.dividedBy(2))) {
                Message direct = setup.with("other-port", port).with("port", port);
                client.ask(of(Kind.EARLY, direct, WARM_UP), PATIENCE);
                Message delayed = direct.with("port", path.port());
                List<Outcome> outcomes = new ArrayList<>();
                for (Kind kind : Kind.values()) {
                    listener.step(
                            kind.name().toLowerCase(Locale.ROOT) + " handshakes",
                            kind.ordinal() + 1,
                            steps);
                    outcomes.add(
                            Outcome.of(
                                    kind,
                                    client.ask(of(kind, delayed, plan.connections), PATIENCE),
                                    plan.roundTrip));
                }
                return new Report(plan, Machine.here(), outcomes);
            }
        }
    }

    private static Message of(Kind kind, Message setup, int count) {
        return setup.with("tickets", kind.tickets).with("early", kind.early).with("count", count);
    }
}
