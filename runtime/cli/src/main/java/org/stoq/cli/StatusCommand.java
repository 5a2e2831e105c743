package org.stoq.cli;

import org.stoq.sdk.cbor.CborMap;
import picocli.CommandLine.Command;

/** {@code stoq status}. */
@Command(
        name = "status",
        header = "Show whether the node runs, and how it is.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq status",
            "  stoq --node [2001:db8::7]:4433 status",
            "  stoq status --json | jq .uptime_ms"
        })
final class StatusCommand implements Verb {
    private final Invocation invocation;

    StatusCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws Exception {
        try (NodeAccess node = invocation.connect()) {
            NodeStatus status = NodeStatus.of(node.results("node", "status", CborMap.EMPTY));
            invocation.terminal().result(status, status::print);
        }
        return ExitCode.OK;
    }
}
