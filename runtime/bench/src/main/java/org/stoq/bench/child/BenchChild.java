package org.stoq.bench.child;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.Contender;
import org.stoq.bench.contender.ContenderSpec;
import org.stoq.bench.contender.Direction;
import org.stoq.bench.contender.Flow;
import org.stoq.bench.contender.Kind;
import org.stoq.bench.contender.Setup;
import org.stoq.bench.contender.Tally;
import org.stoq.bench.contender.UnavailableException;
import org.stoq.bench.pattern.Pattern;

/**
 * The program of a child: one end of a measurement. Reads what to do from standard input, one
 * {@link Message} in a line, and answers each with one; ends when its input ends. Belongs to one
 * thread.
 *
 * <p>{@code serve}, {@code begin}, {@code connect}, {@code measure}, {@code profile}, {@code
 * profiled}, {@code disconnect}; or {@code failed} as the answer, with a reason.
 */
public final class BenchChild {
    private final Tally tally = new Tally();
    private @Nullable Setup setup;
    private @Nullable Contender contender;
    private Contender.@Nullable Connections connections;
    private @Nullable CpuProfile profile;
    private @Nullable LoadGenerator load;
    private @Nullable Crowd crowd;
    private long streamsOpened;

    private BenchChild() {}

    /** Runs a child. */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        // Whatever a library prints must not be taken for an answer.
        System.setOut(System.err);
        BenchChild child = new BenchChild();
        BufferedReader questions =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = questions.readLine();
        while (line != null) {
            answers.println(child.answer(Message.parse(line)).line());
            answers.flush();
            line = questions.readLine();
        }
        // Event loops may be busy; nobody waits for them.
        Runtime.getRuntime().halt(0);
    }

    private Message answer(Message question) {
        try {
            return switch (question.verb()) {
                case "serve" -> serve(question);
                case "begin" -> begin();
                case "connect" -> connect(question);
                case "measure" -> measure(question);
                case "requests" -> requests(question);
                case "closed-loop" -> closedLoop(question);
                case "open-loop" -> openLoop(question);
                case "hold" -> hold(question);
                case "churn" -> churn(question);
                case "alive" -> alive(question);
                case "memory" -> Message.of("holds").with("bytes", ResidentMemory.bytes());
                case "profile" -> profile();
                case "profiled" -> profiled(question);
                case "disconnect" -> disconnect();
                default -> throw new IllegalArgumentException("no verb " + question.verb());
            };
        } catch (UnavailableException e) {
            return failed(e).with("unavailable", true);
        } catch (IOException | RuntimeException | LinkageError e) {
            e.printStackTrace();
            return failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(e);
        }
    }

    private static Message failed(Throwable thrown) {
        String text = thrown.getMessage();
        return Message.of("failed")
                .with("reason", text == null ? thrown.getClass().getSimpleName() : text);
    }

    private Message serve(Message question) throws IOException, UnavailableException {
        Setup agreed = setup(question, true);
        Contender serving = create(question, agreed);
        InetSocketAddress local =
                serving.serve(() -> Flow.answering(agreed.pattern(), agreed.tally()));
        return Message.of("ready").with("port", local.getPort());
    }

    private Setup setup(Message question, boolean server) throws IOException {
        Setup known = setup;
        if (known != null) {
            return known;
        }
        BenchFolder folder = new BenchFolder(Path.of(question.text("folder")));
        boolean direct = ContenderSpec.parse(question.text("contender")).kind().directBuffers();
        known =
                new Setup(
                        (int) question.number("mtu"),
                        question.text("congestion"),
                        (int) question.number("connections"),
                        server ? folder.server() : folder.client(),
                        tally,
                        Duration.ofMillis(question.number("idle")),
                        new Pattern(Pattern.DEFAULT_SEED, direct));
        setup = known;
        return known;
    }

    private Contender create(Message question, Setup agreed) throws UnavailableException {
        Contender created = contender;
        if (created == null) {
            created = Kind.of(ContenderSpec.parse(question.text("contender")), agreed);
            contender = created;
        }
        return created;
    }

    private Message begin() {
        tally.beginRound();
        return Message.of("begun");
    }

    private Message connect(Message question) throws IOException, UnavailableException {
        Setup agreed = setup(question, false);
        Contender connecting = create(question, agreed);
        Direction direction = Direction.valueOf(question.text("direction"));
        List<List<Flow>> flows = new ArrayList<>();
        for (long connection = question.number("connections"); connection > 0; connection--) {
            List<Flow> streams = new ArrayList<>();
            for (long stream = question.number("streams"); stream > 0; stream--) {
                streams.add(Flow.opening(agreed.pattern(), tally, direction, streamsOpened++));
            }
            flows.add(streams);
        }
        connections = connecting.connect(remote(question), flows);
        return Message.of("connected");
    }

    private Message requests(Message question) throws IOException, UnavailableException {
        Setup agreed = setup(question, false);
        Contender asking = create(question, agreed);
        load =
                new LoadGenerator(
                        asking.requests(remote(question)),
                        agreed.pattern(),
                        (int) question.number("bytes"),
                        System::nanoTime);
        return Message.of("connected");
    }

    private static InetSocketAddress remote(Message question) {
        return new InetSocketAddress(InetAddress.ofLiteral("::1"), (int) question.number("port"));
    }

    private LoadGenerator load() {
        LoadGenerator generator = load;
        if (generator == null) {
            throw new IllegalStateException("no connection for requests was opened");
        }
        return generator;
    }

    private Message closedLoop(Message question) throws InterruptedException {
        double rate = load().closedLoop((int) question.number("at-once"), question.number("nanos"));
        return withFailures(Message.of("closed").with("rate", rate));
    }

    private Message openLoop(Message question) throws InterruptedException {
        Histogram latencies =
                load().openLoop(
                                Double.parseDouble(question.text("rate")),
                                question.number("skipped"),
                                question.number("nanos"));
        ByteBuffer encoded = ByteBuffer.allocate(latencies.getNeededByteBufferCapacity());
        latencies.encodeIntoByteBuffer(encoded);
        byte[] bytes = new byte[encoded.flip().remaining()];
        encoded.get(bytes);
        return withFailures(
                Message.of("opened").with("histogram", Base64.getEncoder().encodeToString(bytes)));
    }

    private Message hold(Message question)
            throws IOException, InterruptedException, UnavailableException {
        Crowd holding = crowd(question);
        int open = holding.hold((int) question.number("count"), (int) question.number("at-once"));
        return withFailure(Message.of("holding").with("open", open), holding);
    }

    private Message churn(Message question)
            throws IOException, InterruptedException, UnavailableException {
        Crowd coming = crowd(question);
        long cpu = ProcessTime.nanos();
        long start = System.nanoTime();
        long opened = coming.churn(question.number("nanos"), (int) question.number("at-once"));
        return withFailure(
                Message.of("churned")
                        .with("opened", opened)
                        .with("nanos", System.nanoTime() - start)
                        .with("cpu", ProcessTime.nanos() - cpu),
                coming);
    }

    private Crowd crowd(Message question) throws IOException, UnavailableException {
        Crowd known = crowd;
        if (known == null) {
            Contender connecting = create(question, setup(question, false));
            InetSocketAddress remote = remote(question);
            // Whether it can at all is told by the first one.
            connecting.requests(remote).close();
            known = new Crowd(() -> connecting.requests(remote));
            crowd = known;
        }
        return known;
    }

    private Message alive(Message question)
            throws IOException, InterruptedException, UnavailableException {
        Crowd holding = crowd(question);
        int alive = holding.alive(setup(question, false).pattern());
        return withFailure(Message.of("checked").with("alive", alive), holding);
    }

    private static Message withFailure(Message message, Crowd crowd) {
        return crowd.firstFailure().map(text -> message.with("first", text)).orElse(message);
    }

    private Message withFailures(Message message) {
        Message counted = message.with("failed", load().failed());
        return load().firstFailure().map(text -> counted.with("first", text)).orElse(counted);
    }

    private Message profile() throws IOException {
        profile = new CpuProfile();
        return Message.of("profiling");
    }

    private Message profiled(Message question) throws IOException {
        CpuProfile running = profile;
        if (running == null) {
            throw new IllegalStateException("no profile was begun");
        }
        profile = null;
        return running.end(Path.of(question.text("folder")));
    }

    private Message disconnect() {
        Contender.Connections open = connections;
        if (open != null) {
            open.close();
            connections = null;
        }
        return Message.of("disconnected");
    }

    private Message measure(Message question) throws InterruptedException {
        long length = question.number("nanos");
        long bytes = tally.verifiedBytes();
        long lost = tally.lostDatagrams();
        long cpu = ProcessTime.nanos();
        long compiled = compileMillis();
        long start = System.nanoTime();
        new CountDownLatch(1).await(length, TimeUnit.NANOSECONDS);
        long end = System.nanoTime();
        Message measured =
                Message.of("measured")
                        .with("bytes", tally.verifiedBytes() - bytes)
                        .with("nanos", end - start)
                        .with("cpu", ProcessTime.nanos() - cpu)
                        .with("compiled", compileMillis() - compiled)
                        .with("lost", tally.lostDatagrams() - lost);
        if (tally.corruption().isPresent()) {
            measured = measured.with("corrupt", tally.corruption().get());
        }
        if (tally.broken().isPresent()) {
            measured = measured.with("broken", tally.broken().get());
        }
        return measured;
    }

    /** How long compilers have worked in this process so far. */
    private static long compileMillis() {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        return compiler == null ? 0 : compiler.getTotalCompilationTime();
    }
}
