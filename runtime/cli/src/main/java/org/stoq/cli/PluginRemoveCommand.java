package org.stoq.cli;

import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stoq plugin remove}. */
@Command(
        name = "remove",
        header = "Take a plug-in out of the node.",
        description =
                "Uses in flight finish on it; whatever is left of its kind takes over, the node's"
                        + " own strategies if nothing else.")
final class PluginRemoveCommand implements Verb {
    private final Invocation invocation;

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "The file as stoq plugin list shows it.")
    String name = "";

    PluginRemoveCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON. */
    record Result(String removed) {}

    @Override
    public ExitCode run() throws Exception {
        try (NodeAccess node = invocation.connect()) {
            node.results("plugins", "remove", CborMap.builder().put(1, name).build());
        } catch (StoqException e) {
            if (e.code() == StoqErrorCode.NOT_FOUND) {
                throw new CommandFailure(
                        ExitCode.NOT_FOUND,
                        "NOT_FOUND",
                        "there is no plug-in file '%s'".formatted(name),
                        "stoq plugin list shows the files");
            }
            throw e;
        }
        invocation.terminal().result(new Result(name), out -> out.println("removed " + name));
        return ExitCode.OK;
    }
}
