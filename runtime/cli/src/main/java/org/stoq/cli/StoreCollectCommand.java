package org.stoq.cli;

import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Gauge;
import org.stoq.sdk.cbor.CborMap;
import picocli.CommandLine.Command;

/** {@code stoq store gc}. */
@Command(
        name = "gc",
        header = "Free what no name needs any more.",
        description = "The node goes on serving and publishing meanwhile.")
final class StoreCollectCommand implements Verb {
    private final Invocation invocation;

    StoreCollectCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON. */
    record Result(long chunksKept, long chunksRemoved, long bytesFreed) {}

    @Override
    public ExitCode run() throws Exception {
        CborMap map;
        try (NodeAccess node = invocation.connect();
                Gauge gauge = invocation.terminal().gauge("gc")) {
            map = node.content().gc(gauge::at);
        }
        Result result = new Result(map.integer(1), map.integer(2), map.integer(3));
        invocation
                .terminal()
                .result(
                        result,
                        out ->
                                out.printf(
                                        "%s removed, %s freed; %,d stay%n",
                                        Amounts.count(result.chunksRemoved, "chunk"),
                                        Amounts.bytes(result.bytesFreed),
                                        result.chunksKept));
        return ExitCode.OK;
    }
}
