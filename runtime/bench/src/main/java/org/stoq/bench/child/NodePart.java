package org.stoq.bench.child;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.Direction;
import org.stoq.client.StoqConnection;
import org.stoq.sdk.cbor.CborMap;

/** What a child does with a node that runs already. One thread. */
final class NodePart {
    private final List<StoqConnection> connections = new ArrayList<>();
    private @Nullable NodeLink link;
    private @Nullable StoqConnection questions;
    private @Nullable NodeTransfer transfer;

    NodeLink link(Message question) throws IOException {
        NodeLink known = link;
        if (known == null) {
            known = new NodeLink(Target.of(question).orElseThrow(), question);
            link = known;
        }
        return known;
    }

    /** Opens the connections that bytes will flow on. */
    Message open(Message question) throws IOException {
        NodeLink way = link(question);
        for (long more = question.number("connections"); more > 0; more--) {
            connections.add(way.connect());
        }
        transfer = new NodeTransfer(connections, (int) question.number("streams"));
        return Message.of("connected");
    }

    /** Moves bytes for a while. */
    Message transfer(Message question) throws IOException, InterruptedException {
        NodeTransfer moving = transfer;
        if (moving == null) {
            throw new IllegalStateException("no connection to a node was opened");
        }
        StoqConnection asking = questions(question);
        long nodeCpu = NodeLink.usage(asking, false).integer(1);
        long cpu = ProcessTime.nanos();
        Message moved =
                moving.run(Direction.valueOf(question.text("direction")), question.number("nanos"));
        return moved.with("cpu", ProcessTime.nanos() - cpu)
                .with("node-cpu", NodeLink.usage(asking, false).integer(1) - nodeCpu);
    }

    /** Asks what the node has used so far; its garbage is collected before, if so wanted. */
    Message usage(Message question) throws IOException {
        CborMap usage =
                NodeLink.usage(
                        questions(question), Boolean.parseBoolean(question.text("collected")));
        return Message.of("used")
                .with("cpu", usage.integer(1))
                .with("bytes", usage.integer(2))
                .with("cores", usage.integer(3));
    }

    private StoqConnection questions(Message question) throws IOException {
        StoqConnection open = questions;
        if (open == null || !open.isOpen()) {
            open = link(question).connect();
            questions = open;
        }
        return open;
    }
}
