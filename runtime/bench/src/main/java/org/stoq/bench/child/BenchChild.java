package org.stoq.bench.child;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.UnavailableException;

/**
 * The program of a child: one end of a measurement. Reads what to do from standard input, one
 * {@link Message} in a line, and answers each with one; ends when its input ends. Belongs to one
 * thread.
 *
 * <p>The answer to what cannot be done is {@code failed}, with a reason.
 */
public final class BenchChild {
    private final ChildState state = new ChildState();
    private final FlowPart flows = new FlowPart(state);
    private final NodePart node = new NodePart();
    private final RequestPart requests = new RequestPart(state, node);
    private final FirstBytePart firstByte = new FirstBytePart();
    private final FloodPart flood = new FloodPart();
    private final VisitPart visits = new VisitPart();
    private @Nullable CpuProfile profile;

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
                case "serve" -> flows.serve(question);
                case "begin" -> flows.begin();
                case "connect" -> flows.connect(question);
                case "measure" -> flows.measure(question);
                case "disconnect" -> flows.disconnect();
                case "soak" -> flows.soak(question);
                case "look" -> flows.look();
                case "requests" -> requests.requests(question);
                case "closed-loop" -> requests.closedLoop(question);
                case "open-loop" -> requests.openLoop(question);
                case "hold" -> requests.hold(question);
                case "tickets" -> requests.tickets(question);
                case "churn" -> requests.churn(question);
                case "alive" -> requests.alive(question);
                case "node-open" -> node.open(question);
                case "node-transfer" -> node.transfer(question);
                case "node-usage" -> node.usage(question);
                case "answer-early" -> firstByte.answer(question);
                case "first-byte" -> firstByte.ask(question);
                case "flood" -> flood.begin(question);
                case "flood-stop" -> flood.stop();
                case "flood-end" -> flood.end();
                case "visit" -> visits.visit(question);
                case "memory" -> Message.of("holds").with("bytes", ResidentMemory.bytes());
                case "spent" -> Message.of("spent").with("cpu", ProcessTime.nanos());
                case "profile" -> profile();
                case "profiled" -> profiled(question);
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
}
