package org.stoq.cli;

import java.util.ArrayList;
import java.util.List;
import org.stoq.cli.terminal.Table;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.cbor.CborMap;
import picocli.CommandLine.Command;

/** {@code stoq route}. */
@Command(
        name = "route",
        header = "Show the paths that the node takes to others, as it knows them now.")
final class RouteCommand implements Verb {
    private final Invocation invocation;

    RouteCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of one route in JSON. */
    record Row(NodeId destination, NodeId nextHop, long rttMicros, long hops, double cost) {}

    /** The shape of the result in JSON. */
    record Result(List<Row> routes) {
        Result {
            routes = List.copyOf(routes);
        }
    }

    @Override
    public ExitCode run() throws Exception {
        List<Row> rows = new ArrayList<>();
        try (NodeAccess node = invocation.connect()) {
            for (CborMap map : node.rows("node", "routes")) {
                rows.add(
                        new Row(
                                new NodeId(map.digest(1)),
                                new NodeId(map.digest(2)),
                                map.integer(3),
                                map.integer(4),
                                cost(map.text(5))));
            }
        }
        Table table = new Table("DESTINATION", "NEXT HOP", ">RTT", ">HOPS", ">COST");
        for (Row row : rows) {
            table.row(
                    row.destination.shortName(),
                    row.nextHop.shortName(),
                    PeersCommand.millis(row.rttMicros),
                    row.hops,
                    "%.3f".formatted(row.cost));
        }
        invocation
                .terminal()
                .result(
                        new Result(rows),
                        out -> {
                            if (table.isEmpty()) {
                                out.println("no routes; the node knows no other (stoq peers)");
                            } else {
                                table.print(out);
                            }
                        });
        return ExitCode.OK;
    }

    /** The protocol has no fractions; they travel as text. */
    private static double cost(String text) throws CommandFailure {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "INVALID_REQUEST",
                    "the node named the cost of a route '%s'".formatted(text),
                    "compare the versions: stoq --version, stoq status",
                    e);
        }
    }
}
