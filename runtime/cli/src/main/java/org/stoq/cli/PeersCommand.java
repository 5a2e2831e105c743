package org.stoq.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.stoq.cli.terminal.Table;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.cbor.CborMap;
import picocli.CommandLine.Command;

/** {@code stoq peers}. */
@Command(name = "peers", header = "List the nodes that the node is connected to.")
final class PeersCommand implements Verb {
    private static final double MICROS_PER_MILLI = 1_000;

    private final Invocation invocation;

    PeersCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of one peer in JSON. */
    record Row(NodeId nodeId, String address, long rttMicros, boolean connected) {}

    /** The shape of the result in JSON. */
    record Result(List<Row> peers) {
        Result {
            peers = List.copyOf(peers);
        }
    }

    @Override
    public ExitCode run() throws Exception {
        List<Row> rows = new ArrayList<>();
        try (NodeAccess node = invocation.connect()) {
            for (CborMap map : node.rows("node", "peers")) {
                rows.add(
                        new Row(
                                new NodeId(map.digest(1)),
                                map.text(2),
                                map.integer(3),
                                map.bool(4)));
            }
        }
        Table table = new Table("NODE", "ADDRESS", ">RTT", "STATE");
        for (Row row : rows) {
            table.row(
                    row.nodeId.shortName(),
                    row.address,
                    millis(row.rttMicros),
                    row.connected ? "connected" : "lost");
        }
        invocation
                .terminal()
                .result(
                        new Result(rows),
                        out -> {
                            if (table.isEmpty()) {
                                out.println(
                                        "no peers; name some with: stoq node --peer [HOST]:PORT, or"
                                                + " cdn.edge_nodes in stoq.toml");
                            } else {
                                table.print(out);
                            }
                        });
        return ExitCode.OK;
    }

    /** Returns microseconds as milliseconds, such as {@code 1.25 ms}. */
    static String millis(long micros) {
        return String.format(Locale.ROOT, "%.2f ms", micros / MICROS_PER_MILLI);
    }
}
