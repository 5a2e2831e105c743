package org.stoq.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.stoq.bench.child.ChildFailure;
import org.stoq.bench.child.ChildProcess;
import org.stoq.bench.child.Message;
import org.stoq.bench.contender.ContenderSpec;

/** The two ends of one contender, each in a process of its own. Belongs to one thread. */
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
    private final ChildProcess server;
    private final ChildProcess client;

    private Pair(Message setup, ChildProcess server, ChildProcess client) {
        this.setup = setup;
        this.server = server;
        this.client = client;
    }

    /**
     * Starts both processes, and the server in its own.
     *
     * @param folder where certificates and logs lie
     * @param setup what both are told, of any verb
     * @throws ChildFailure if the contender cannot run
     */
    static Pair start(ContenderSpec contender, Path folder, Message setup) throws IOException {
        Message told = setup.with("contender", contender).with("folder", folder);
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
        server.ask(Message.of("begin"));
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
        server.ask(Message.of("begin"));
        client.ask(Message.of("begin"));
        client.ask(new Message("connect", setup.values()));
        try {
            warm(warmUp);
            client.ask(Message.of("profile"));
            server.ask(Message.of("profile"));
            checked(measure(window));
            Message end = new Message("profiled", setup.values());
            return List.of(client.ask(end), server.ask(end));
        } finally {
            client.ask(Message.of("disconnect"));
        }
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
     * @param failed how many requests had no right answer
     * @param firstFailure why the first one had none
     */
    record Load(Histogram latencies, long failed, Optional<String> firstFailure) {}

    /** Makes requests at a rate, on the connection that {@link #openRequests} has opened. */
    Load openLoop(double rate, Duration window) throws IOException {
        Message question =
                Message.of("open-loop")
                        .with("rate", rate)
                        .with("skipped", window.dividedBy(SKIPPED_DIVISOR).toNanos())
                        .with("nanos", window.toNanos());
        Message answer = client.ask(question, PATIENCE.plus(window.multipliedBy(2)));
        ByteBuffer encoded = ByteBuffer.wrap(Base64.getDecoder().decode(answer.text("histogram")));
        return new Load(
                Histogram.decodeFromByteBuffer(encoded, MOST_LATENCY_NANOS),
                answer.number("failed"),
                answer.find("first"));
    }

    /** Opens and closes connections for a while. */
    Handshakes churn(int atOnce, Duration warmUp, Duration window) throws IOException {
        churnOnce(atOnce, warmUp);
        Handshakes done = churnOnce(atOnce, window);
        if (done.count() == 0) {
            throw new Failure("no handshake finished " + done.firstFailure().orElse("in time"));
        }
        return done;
    }

    private Handshakes churnOnce(int atOnce, Duration window) throws IOException {
        server.begin(Message.of("measure").with("nanos", window.toNanos()));
        client.begin(
                new Message("churn", setup.values())
                        .with("at-once", atOnce)
                        .with("nanos", window.toNanos()));
        Duration patience = PATIENCE.plus(window);
        Message atServer = server.answer(patience);
        Message atClient = client.answer(patience);
        long opened = atClient.number("opened");
        return new Handshakes(
                opened,
                window,
                Duration.ofNanos(atServer.number("cpu")),
                Duration.ofNanos(atClient.number("cpu")),
                atClient.find("first"));
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
        server.begin(question);
        client.begin(question);
        Duration patience = PATIENCE.plus(window);
        return new Both(server.answer(patience), client.answer(patience));
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
        server.close();
    }
}
