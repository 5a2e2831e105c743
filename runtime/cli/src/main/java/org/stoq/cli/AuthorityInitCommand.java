package org.stoq.cli;

import java.nio.file.Path;
import org.stoq.trust.CertificateAuthority;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stoq ca init}. */
@Command(
        name = "init",
        header = "Make an authority, valid for ten years.",
        description =
                "Its key can be read by you only (0600). One that exists is never replaced: move"
                        + " its folder away first.")
final class AuthorityInitCommand implements Verb {
    private final Invocation invocation;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Its common name. Default: ${DEFAULT-VALUE}.")
    String name = "STOQ development authority";

    AuthorityInitCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws Exception {
        if (!name.matches("[\\p{L}\\p{N} ._-]{1,64}")) {
            throw CommandFailure.usage(
                    "'%s' is no name for an authority: 1 to 64 letters, digits, blanks, . _ -"
                            .formatted(name),
                    "");
        }
        Surroundings surroundings = invocation.surroundings();
        Path folder = surroundings.home().authorityFolder();
        CertificateAuthority authority =
                CertificateAuthority.create(folder, name, surroundings.clock());
        CertificateText text =
                CertificateText.of(folder.resolve("ca.pem"), authority.certificate());
        invocation.terminal().result(text, out -> text.print(out, surroundings.clock().instant()));
        return ExitCode.OK;
    }
}
