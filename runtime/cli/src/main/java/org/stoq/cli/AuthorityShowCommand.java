package org.stoq.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.stoq.config.ConfigSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stoq ca show}. */
@Command(
        name = "show",
        header = "Show certificates: whose, what for, how long, with their fingerprints.",
        description =
                "Without a file: the authority, the operator, and the node of this user, as far as"
                        + " they exist.")
final class AuthorityShowCommand implements Verb {
    private final Invocation invocation;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE.pem",
            description = "A certificate to look at instead.")
    @Nullable Path file;

    AuthorityShowCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON. */
    record Result(List<CertificateText> certificates) {
        Result {
            certificates = List.copyOf(certificates);
        }
    }

    @Override
    public ExitCode run() throws Exception {
        List<CertificateText> found = new ArrayList<>();
        if (file != null) {
            found.add(CertificateText.read(invocation.file(file)));
        } else {
            for (Path each : usual()) {
                if (Files.exists(each)) {
                    found.add(CertificateText.read(each));
                }
            }
        }
        if (found.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "NO_AUTHORITY",
                    "there are no certificates in " + invocation.surroundings().home().folder(),
                    "stoq node makes them with its first start, stoq ca init an authority");
        }
        Instant now = invocation.surroundings().clock().instant();
        invocation
                .terminal()
                .result(new Result(found), out -> found.forEach(each -> each.print(out, now)));
        return ExitCode.OK;
    }

    private List<Path> usual() throws Exception {
        Path home = invocation.surroundings().home().folder();
        Path data = new ConfigSource(Optional.empty(), Map.of()).path().resolveSibling("");
        return List.of(
                invocation.surroundings().home().authorityFolder().resolve("ca.pem"),
                home.resolve("operator").resolve("cert.pem"),
                data.resolve("identity").resolve("cert.pem"));
    }
}
