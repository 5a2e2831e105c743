package org.stoq.bench.child;

import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.Contender;
import org.stoq.bench.contender.Direction;
import org.stoq.bench.contender.Flow;
import org.stoq.bench.contender.Setup;
import org.stoq.bench.contender.Tally;
import org.stoq.bench.contender.UnavailableException;

/** What a child does with flows of bytes: serves them, opens them, counts them. One thread. */
final class FlowPart {
    private final ChildState state;
    private Contender.@Nullable Connections connections;
    private @Nullable SoakConnections soak;
    private long streamsOpened;

    FlowPart(ChildState state) {
        this.state = state;
    }

    Message serve(Message question) throws IOException, UnavailableException {
        Contender serving = state.contender(question, true);
        Setup agreed = state.setup(question, true);
        InetSocketAddress local =
                serving.serve(() -> Flow.answering(agreed.pattern(), agreed.tally()));
        return Message.of("ready").with("port", local.getPort());
    }

    Message begin() {
        state.tally().beginRound();
        return Message.of("begun");
    }

    Message connect(Message question) throws IOException, UnavailableException {
        Contender connecting = state.contender(question, false);
        List<List<Flow>> flows = new ArrayList<>();
        for (long connection = question.number("connections"); connection > 0; connection--) {
            flows.add(flows(question, state.tally()));
        }
        connections = connecting.connect(ChildState.remote(question), flows);
        return Message.of("connected");
    }

    private List<Flow> flows(Message question, Tally tally) throws IOException {
        Setup agreed = state.setup(question, false);
        Direction direction = Direction.valueOf(question.text("direction"));
        List<Flow> streams = new ArrayList<>();
        for (long stream = question.number("streams"); stream > 0; stream--) {
            streams.add(Flow.opening(agreed.pattern(), tally, direction, streamsOpened++));
        }
        return streams;
    }

    Message disconnect() {
        Contender.Connections open = connections;
        if (open != null) {
            open.close();
            connections = null;
        }
        return Message.of("disconnected");
    }

    Message measure(Message question) throws InterruptedException {
        Tally tally = state.tally();
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
        return withFaults(measured, tally);
    }

    private static Message withFaults(Message message, Tally tally) {
        Message told = message;
        if (tally.corruption().isPresent()) {
            told = told.with("corrupt", tally.corruption().get());
        }
        if (tally.broken().isPresent()) {
            told = told.with("broken", tally.broken().get());
        }
        return told;
    }

    /** How long compilers have worked in this process so far. */
    private static long compileMillis() {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        return compiler == null ? 0 : compiler.getTotalCompilationTime();
    }

    /** Opens the connections of a soak. */
    Message soak(Message question) throws IOException, UnavailableException {
        Contender connecting = state.contender(question, false);
        InetSocketAddress remote = ChildState.remote(question);
        soak =
                new SoakConnections(
                        (int) question.number("connections"),
                        tally -> connecting.connect(remote, List.of(flows(question, tally))));
        return look();
    }

    /** Says how things stand: totals since the start, and on a client what has broken since. */
    Message look() throws IOException {
        Tally tally = state.tally();
        SoakConnections holding = soak;
        Message seen =
                Message.of("seen")
                        .with("cpu", ProcessTime.nanos())
                        .with("resident", ResidentMemory.bytes());
        if (holding != null) {
            return holding.look(seen);
        }
        seen = withFaults(seen.with("bytes", tally.verifiedBytes()), tally);
        tally.takeBroken();
        return seen;
    }
}
