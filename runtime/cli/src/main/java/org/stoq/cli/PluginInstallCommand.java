package org.stoq.cli;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import org.stoq.cli.terminal.Progress;
import org.stoq.sdk.cbor.CborMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stoq plugin install}. */
@Command(
        name = "install",
        header = "Send a plug-in to the node and start it there.",
        description = {
            "The node checks it first: form, size, names, signature. One that is refused leaves the"
                    + " node as it was. Uses of the strategy that it replaces finish on the old one."
        })
final class PluginInstallCommand implements Verb {
    private final Invocation invocation;

    @Parameters(index = "0", paramLabel = "FILE.jar", description = "The bundle.")
    Path file = Path.of("");

    PluginInstallCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON. */
    record Result(String file, String bundle, String version, String state) {}

    @Override
    public ExitCode run() throws Exception {
        Path jar = invocation.file(file);
        String name = String.valueOf(jar.getFileName());
        if (!name.endsWith(".jar")) {
            throw CommandFailure.usage("a plug-in is a .jar file, not " + file, "");
        }
        CborMap answer;
        try (FileChannel source = FileChannel.open(jar, StandardOpenOption.READ);
                NodeAccess node = invocation.connect();
                Progress bar =
                        invocation.terminal().bytes("install", OptionalLong.of(source.size()))) {
            CborMap arguments = CborMap.builder().put(1, name).build();
            answer = node.upload("plugins", "install", arguments, source, source.size(), bar::add);
        }
        Result result = new Result(name, answer.text(1), answer.text(2), answer.text(3));
        invocation
                .terminal()
                .result(
                        result,
                        out ->
                                out.printf(
                                        "%s %s is %s%n",
                                        result.bundle, result.version, result.state));
        return ExitCode.OK;
    }
}
