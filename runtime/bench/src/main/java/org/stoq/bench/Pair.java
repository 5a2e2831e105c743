package org.stoq.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.child.ChildFailure;
import org.stoq.bench.child.ChildProcess;
import org.stoq.bench.child.Message;
import org.stoq.bench.contender.ContenderSpec;
import org.stoq.bench.contender.Direction;

/**
 * The two ends of one contender, each in a process of its own; or the client's end alone, where a
 * node that runs already is the other. Belongs to one thread.
 */
final class Pair implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration WARM_UP_STEP = Duration.ofMillis(250);
    private static final int MOST_WARM_UPS = 5;

    /** Compilers that work less than this, both processes together, are about done. */
    private static final double COMPILING_SHARE = 0.1;

    private static final long MOST_LATENCY_NANOS = 60_000_000_000L;
    private static final int LATENCY_DIGITS = 3;

    /** Enough to keep both ends busy. */
    private static final int PROBE_AT_ONCE = 32;

    /** An open loop runs for so much of its window before it counts. */
    private static final int SKIPPED_DIVISOR = 10;

    private final Message setup;

    /** Null where a node is the server. */
    private final @Nullable ChildProcess server;

    private final ChildProcess client;

    private Pair(Message setup, @Nullable ChildProcess server, ChildProcess client) {
        this.setup = setup;
        this.server = server;
        this.client = client;
    }

    /**
     * Starts both processes, and the server in its own; of one with a {@link Target} in its setup
     * the client only.
     *
     * @param folder where certificates and logs lie
     * @param setup what both are told, of any verb
     * @throws ChildFailure if the contender cannot run
     */
    static Pair start(ContenderSpec contender, Path folder, Message setup) throws IOException {
        Message told = setup.with("contender", contender).with("folder", folder);
        if (setup.find("target").isPresent()) {
            return new Pair(told, null, ChildProcess.start("the client", folder, List.of()));
        }
        ChildProcess server = ChildProcess.start("the server of " + contender, folder, List.of());
        try {
            ChildProcess client =
                    ChildProcess.start("the client of " + contender, folder, List.of());
            Pair pair = new Pair(told, server, client);
            try {
                Message ready = server.ask(new Message("serve", told.values()));
                return new Pair(told.with("port", ready.text("port")), server, client);
            } catch (IOException | RuntimeException e) {
                pair.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Lets bytes flow for a while, then counts them.
     *
     * @param warmUp what does not count
     * @param window what does
     * @throws ChildFailure if a byte is wrong, or none came
     */
    Round run(Duration warmUp, Duration window) throws IOException {
        server().ask(Message.of("begin"));
        client.ask(Message.of("begin"));
        client.ask(new Message("connect", setup.values()));
        try {
            warm(warmUp);
            return checked(measure(window));
        } finally {
            client.ask(Message.of("disconnect"));
        }
    }

    /** What both processes did in a window, the client first. */
    List<Message> profile(Duration warmUp, Duration window) throws IOException {
        server().ask(Message.of("begin"));
        client.ask(Message.of("begin"));
        client.ask(new Message("connect", setup.values()));
        try {
            warm(warmUp);
            client.ask(Message.of("profile"));
            server().ask(Message.of("profile"));
            checked(measure(window));
            Message end = new Message("profiled", setup.values());
            return List.of(client.ask(end), server().ask(end));
        } finally {
            client.ask(Message.of("disconnect"));
        }
    }

    private ChildProcess server() {
        ChildProcess own = server;
        if (own == null) {
            throw new IllegalStateException("the server is no child of this process");
        }
        return own;
    }

    /** Returns a histogram that {@link Load#latencies} can be added to. */
    static Histogram emptyHistogram() {
        return new Histogram(MOST_LATENCY_NANOS, LATENCY_DIGITS);
    }

    /** Opens a connection for requests. */
    void openRequests(int requestBytes) throws IOException {
        client.ask(new Message("requests", setup.values()).with("bytes", requestBytes));
    }

    /** Returns how many requests are answered in a second at most. */
    double closedLoop(Duration window) throws IOException {
        Message question =
                Message.of("closed-loop")
                        .with("at-once", PROBE_AT_ONCE)
                        .with("nanos", window.toNanos());
        Message answer = client.ask(question, PATIENCE.plus(window));
        if (answer.number("failed") > 0) {
            throw new Failure("requests failed: " + answer.find("first").orElse(""));
        }
        return Double.parseDouble(answer.text("rate"));
    }

    /**
     * What an open loop came to.
     *
     * @param latencies in nanoseconds
     * @param made how many requests were made, those that are not in the latencies too
     * @param cpu of both ends, for all that were made
     * @param failed how many requests had no right answer
     * @param firstFailure why the first one had none
     */
    record Load(
            Histogram latencies,
            long made,
            Duration cpu,
            long failed,
            Optional<String> firstFailure) {}

    /** Makes requests at a rate, on the connection that {@link #openRequests} has opened. */
    Load openLoop(double rate, Duration window) throws IOException {
        Message question =
                Message.of("open-loop")
                        .with("rate", rate)
                        .with("skipped", window.dividedBy(SKIPPED_DIVISOR).toNanos())
                        .with("nanos", window.toNanos());
        long serverCpu = serverCpu();
        Message answer = client.ask(question, PATIENCE.plus(window.multipliedBy(2)));
        long cpu = serverCpu() - serverCpu + answer.number("cpu");
        ByteBuffer encoded = ByteBuffer.wrap(Base64.getDecoder().decode(answer.text("histogram")));
        return new Load(
                Histogram.decodeFromByteBuffer(encoded, MOST_LATENCY_NANOS),
                answer.number("made"),
                Duration.ofNanos(cpu),
                answer.number("failed"),
                answer.find("first"));
    }

    /** Returns whether connections of this contender can be resumed. */
    boolean keepsTickets() throws IOException {
        return Boolean.parseBoolean(
                client.ask(new Message("tickets", setup.values())).text("kept"));
    }

    /**
     * Opens and closes connections for a while.
     *
     * @param tickets whether they are to be resumed ones
     */
    Handshakes churn(int atOnce, boolean tickets, Duration warmUp, Duration window)
            throws IOException {
        churnOnce(atOnce, tickets, warmUp);
        Handshakes done = churnOnce(atOnce, tickets, window);
        if (done.count() == 0) {
            throw new Failure(
                    "no %s handshake finished %s"
                            .formatted(
                                    tickets ? "resumed" : "full",
                                    done.firstFailure().orElse("in time")));
        }
        return done;
    }

    private Handshakes churnOnce(int atOnce, boolean tickets, Duration window) throws IOException {
        long serverCpu = serverCpu();
        client.begin(
                new Message("churn", setup.values())
                        .with("at-once", atOnce)
                        .with("tickets", tickets)
                        .with("nanos", window.toNanos()));
        Message atClient = client.answer(PATIENCE.plus(window));
        long full = atClient.number("full");
        long resumed = atClient.number("resumed");
        return new Handshakes(
                tickets ? resumed : full,
                tickets ? full : resumed,
                window,
                Duration.ofNanos(serverCpu() - serverCpu),
                Duration.ofNanos(atClient.number("cpu")),
                atClient.find("first"));
    }

    /** Returns the CPU time of the server so far, in nanoseconds. */
    private long serverCpu() throws IOException {
        return server == null
                ? client.ask(new Message("node-usage", setup.values()).with("collected", false))
                        .number("cpu")
                : server.ask(Message.of("spent")).number("cpu");
    }

    /** Opens the connections to a node that {@link #transfer} uses. */
    void openNode() throws IOException {
        client.ask(new Message("node-open", setup.values()), PATIENCE.multipliedBy(4));
    }

    /** Moves bytes to a node, from it, or both, for a while. */
    Message transfer(Direction direction, Duration window) throws IOException {
        Message question =
                new Message("node-transfer", setup.values())
                        .with("direction", direction)
                        .with("nanos", window.toNanos());
        Message moved = client.ask(question, PATIENCE.multipliedBy(2).plus(window));
        Optional<String> failure = moved.find("failure");
        if (failure.isPresent()) {
            throw new Failure(failure.get());
        }
        return moved;
    }

    /** Returns the memory of a node, in bytes, once its garbage is collected. */
    long nodeResident() throws IOException {
        return client.ask(new Message("node-usage", setup.values()).with("collected", true))
                .number("bytes");
    }

    /** What one window came to, at both ends. */
    private record Both(Message server, Message client) {
        long sum(String key) {
            return server.number(key) + client.number(key);
        }

        Optional<String> find(String key) {
            return server.find(key).or(() -> client.find(key));
        }
    }

    /** Goes on beyond the time that was asked for while the compilers still have much to do. */
    private void warm(Duration least) throws IOException {
        Duration most = least.multipliedBy(MOST_WARM_UPS);
        Duration done = Duration.ZERO;
        boolean compiling = true;
        while (done.compareTo(least) < 0 || (compiling && done.compareTo(most) < 0)) {
            Both both = measure(WARM_UP_STEP);
            compiling = both.sum("compiled") > WARM_UP_STEP.toMillis() * COMPILING_SHARE;
            done = done.plus(WARM_UP_STEP);
        }
    }

    private Both measure(Duration window) throws IOException {
        Message question = Message.of("measure").with("nanos", window.toNanos());
        ChildProcess far = server();
        far.begin(question);
        client.begin(question);
        Duration patience = PATIENCE.plus(window);
        return new Both(far.answer(patience), client.answer(patience));
    }

    private static Round checked(Both both) throws Failure {
        Optional<String> corrupt = both.find("corrupt");
        if (corrupt.isPresent()) {
            throw new Failure("verification failed: " + corrupt.get());
        }
        long bytes = both.sum("bytes");
        if (bytes == 0) {
            throw new Failure(
                    "no bytes arrived" + both.find("broken").map(why -> ": " + why).orElse(""));
        }
        Optional<String> broken = both.find("broken");
        if (broken.isPresent()) {
            throw new Failure("a stream ended while it was measured: " + broken.get());
        }
        // The receivers' windows are as long as each other, but for microseconds.
        return new Round(bytes, both.server.number("nanos"), both.sum("cpu"), both.sum("lost"));
    }

    /** A measurement that is void. */
    static final class Failure extends IOException {
        @java.io.Serial private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message);
        }
    }

    @Override
    public void close() {
        client.close();
        if (server != null) {
            server.close();
        }
    }
}
