package org.stoq.cli;

import org.stoq.sdk.cbor.CborMap;
import picocli.CommandLine.Command;

/** {@code stoq stats}. */
@Command(
        name = "stats",
        header = "Show what the node has done since it started: content, cache, traffic.",
        footerHeading = "%nExamples:%n",
        footer = {"  stoq stats", "  stoq stats --json | jq .cache.hit_ratio"})
final class StatsCommand implements Verb {
    private final Invocation invocation;

    StatsCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON. */
    record Result(
            NodeStatus node,
            ContentCounters.Store store,
            ContentCounters.Cache cache,
            ContentCounters.Traffic traffic) {}

    @Override
    public ExitCode run() throws Exception {
        try (NodeAccess access = invocation.connect()) {
            NodeStatus node = NodeStatus.of(access.results("node", "status", CborMap.EMPTY));
            ContentCounters content = ContentCounters.of(access.content().stats());
            Result result = new Result(node, content.store(), content.cache(), content.traffic());
            invocation
                    .terminal()
                    .result(
                            result,
                            out -> {
                                node.print(out);
                                out.println();
                                content.store().print(out);
                                content.cache().print(out);
                                content.traffic().print(out);
                            });
        }
        return ExitCode.OK;
    }
}
