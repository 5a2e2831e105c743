package org.stoq.cli;

import java.util.ArrayList;
import java.util.List;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Gauge;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import picocli.CommandLine.Command;

/** {@code stoq store verify}. */
@Command(
        name = "verify",
        header = "Read every byte of the content store and check it.",
        description = {
            "A damaged chunk is dropped, and fetched from another node when it is needed. Exit code"
                    + " 5 if there was one."
        })
final class StoreVerifyCommand implements Verb {
    private final Invocation invocation;

    StoreVerifyCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON. */
    record Result(
            long records, long bytes, long damaged, List<Digest> damagedChunks, boolean complete) {
        Result {
            damagedChunks = List.copyOf(damagedChunks);
        }

        static Result of(CborMap map) throws StoqException {
            List<Digest> chunks = new ArrayList<>();
            for (Object item : map.list(4)) {
                if (item instanceof byte[] digest && digest.length == Digest.BYTES) {
                    chunks.add(Digest.copyOf(digest));
                }
            }
            return new Result(map.integer(1), map.integer(2), map.integer(3), chunks, map.bool(5));
        }
    }

    @Override
    public ExitCode run() throws Exception {
        Result result;
        try (NodeAccess node = invocation.connect();
                Gauge gauge = invocation.terminal().gauge("verify")) {
            result = Result.of(node.content().verify(gauge::at));
        }
        invocation
                .terminal()
                .result(
                        result,
                        out -> {
                            out.printf(
                                    "%s, %s: %s damaged%s%n",
                                    Amounts.count(result.records, "record"),
                                    Amounts.bytes(result.bytes),
                                    result.damaged == 0 ? "none" : "%,d".formatted(result.damaged),
                                    result.complete ? "" : " (stopped before the end)");
                            result.damagedChunks.forEach(chunk -> out.println("  " + chunk));
                        });
        if (result.damaged > 0) {
            return ExitCode.REFUSED;
        }
        return result.complete ? ExitCode.OK : ExitCode.FAILED;
    }
}
