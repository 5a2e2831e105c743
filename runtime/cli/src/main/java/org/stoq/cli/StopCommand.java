package org.stoq.cli;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.cbor.CborMap;
import picocli.CommandLine.Command;

/** {@code stoq stop}. */
@Command(
        name = "stop",
        header = "Stop the node: it takes no more calls, finishes those in flight, and ends.",
        description =
                "Waits until it has let go of this connection, but no longer than --timeout (10s)"
                        + " beyond its server.drain_timeout.")
final class StopCommand implements Verb {
    /** The longest server.drain_timeout is an hour; the default is 10 s. */
    private static final long DRAIN_SECONDS = 10;

    private final Invocation invocation;

    StopCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON. */
    record Result(NodeId nodeId, boolean ended) {}

    @Override
    public ExitCode run() throws Exception {
        try (NodeAccess node = invocation.connect()) {
            NodeStatus status = NodeStatus.of(node.results("node", "status", CborMap.EMPTY));
            node.results("node", "stop", CborMap.EMPTY);
            boolean ended = awaitEnd(node);
            invocation
                    .terminal()
                    .result(
                            new Result(status.nodeId(), ended),
                            out ->
                                    out.printf(
                                            "node %s %s%n",
                                            status.nodeId().shortName(),
                                            ended ? "has stopped" : "is still stopping"));
            return ended ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private boolean awaitEnd(NodeAccess node) throws InterruptedException, ExecutionException {
        try {
            long patience = invocation.timeout().toSeconds() + DRAIN_SECONDS;
            node.connection()
                    .session()
                    .closed()
                    .toCompletableFuture()
                    .get(patience, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }
}
