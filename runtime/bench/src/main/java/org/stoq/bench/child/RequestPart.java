package org.stoq.bench.child;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Base64;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.Contender;
import org.stoq.bench.contender.UnavailableException;
import org.stoq.client.pattern.Pattern;

/** What a child does with requests and with connections that carry none. One thread. */
final class RequestPart {
    private final ChildState state;
    private final NodePart node;
    private @Nullable LoadGenerator load;
    private @Nullable Crowd crowd;

    RequestPart(ChildState state, NodePart node) {
        this.state = state;
        this.node = node;
    }

    /** Returns how a connection is opened: to a node that runs already, or to the other child. */
    private Crowd.Opening opening(Message question) throws IOException, UnavailableException {
        if (Target.of(question).isPresent()) {
            return node.link(question)::requests;
        }
        Contender connecting = state.contender(question, false);
        InetSocketAddress remote = ChildState.remote(question);
        return () -> connecting.requests(remote);
    }

    private Crowd.Meeting meeting(Message question) throws IOException, UnavailableException {
        if (Target.of(question).isPresent()) {
            return node.link(question)::meet;
        }
        Contender connecting = state.contender(question, false);
        InetSocketAddress remote = ChildState.remote(question);
        // What is made by the first one is made before the others come.
        connecting.meet(remote);
        return () -> connecting.meet(remote);
    }

    Message requests(Message question) throws IOException, UnavailableException {
        load =
                new LoadGenerator(
                        opening(question).open(),
                        pattern(),
                        (int) question.number("bytes"),
                        System::nanoTime);
        return Message.of("connected");
    }

    private static Pattern pattern() {
        return new Pattern(Pattern.DEFAULT_SEED, false);
    }

    private LoadGenerator load() {
        LoadGenerator generator = load;
        if (generator == null) {
            throw new IllegalStateException("no connection for requests was opened");
        }
        return generator;
    }

    Message closedLoop(Message question) throws InterruptedException {
        double rate = load().closedLoop((int) question.number("at-once"), question.number("nanos"));
        return withFailures(Message.of("closed").with("rate", rate));
    }

    Message openLoop(Message question) throws InterruptedException {
        long madeBefore = load().made();
        long cpuBefore = ProcessTime.nanos();
        Histogram latencies =
                load().openLoop(
                                Double.parseDouble(question.text("rate")),
                                question.number("skipped"),
                                question.number("nanos"));
        long cpu = ProcessTime.nanos() - cpuBefore;
        ByteBuffer encoded = ByteBuffer.allocate(latencies.getNeededByteBufferCapacity());
        latencies.encodeIntoByteBuffer(encoded);
        byte[] bytes = new byte[encoded.flip().remaining()];
        encoded.get(bytes);
        return withFailures(
                Message.of("opened")
                        .with("made", load().made() - madeBefore)
                        .with("cpu", cpu)
                        .with("histogram", Base64.getEncoder().encodeToString(bytes)));
    }

    private Message withFailures(Message message) {
        Message counted = message.with("failed", load().failed());
        return load().firstFailure().map(text -> counted.with("first", text)).orElse(counted);
    }

    private Crowd crowd(Message question) throws IOException, UnavailableException {
        Crowd known = crowd;
        if (known == null) {
            Crowd.Opening opening = opening(question);
            // Whether it can at all is told by the first one.
            opening.open().close();
            known = new Crowd(opening);
            crowd = known;
        }
        return known;
    }

    Message hold(Message question) throws IOException, InterruptedException, UnavailableException {
        Crowd holding = crowd(question);
        int open = holding.hold((int) question.number("count"), (int) question.number("at-once"));
        return withFailure(Message.of("holding").with("open", open), holding);
    }

    /** Says whether this contender keeps tickets, so that there are handshakes to resume. */
    Message tickets(Message question) throws IOException, UnavailableException {
        var connection = opening(question).open();
        try {
            connection.awaitTicket();
            return Message.of("tickets").with("kept", true);
        } catch (UnavailableException e) {
            return Message.of("tickets").with("kept", false);
        } finally {
            connection.close();
        }
    }

    Message churn(Message question) throws IOException, InterruptedException, UnavailableException {
        Crowd coming = crowd(question);
        long cpu = ProcessTime.nanos();
        long nanos = question.number("nanos");
        Crowd.Churned done =
                Boolean.parseBoolean(question.text("tickets"))
                        ? coming.resume(nanos)
                        : coming.meet(meeting(question), nanos, (int) question.number("at-once"));
        return withFailure(
                Message.of("churned")
                        .with("full", done.full())
                        .with("resumed", done.resumed())
                        .with("cpu", ProcessTime.nanos() - cpu),
                coming);
    }

    Message alive(Message question) throws IOException, InterruptedException, UnavailableException {
        Crowd holding = crowd(question);
        return withFailure(Message.of("checked").with("alive", holding.alive(pattern())), holding);
    }

    private static Message withFailure(Message message, Crowd crowd) {
        return crowd.firstFailure().map(text -> message.with("first", text)).orElse(message);
    }
}
