package org.stoq.cli;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.call.Role;
import org.stoq.trust.CertificateAuthority;
import org.stoq.trust.LeafRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stoq ca issue}. */
@Command(
        name = "issue",
        header = "Issue a certificate for a node or an operator.",
        description = {
            "Writes cert.pem, key.pem and ca.pem into the folder; without --node-id a new"
                    + " identity.key too, which makes the id. A node takes them as server.cert_path,"
                    + " server.key_path and server.ca_path, its identity.key in identity/ of its data"
                    + " folder; an operator as operator/{cert.pem,key.pem,identity.key} and ca/ca.pem"
                    + " of ~/.stoq. Private keys can be read by you only (0600)."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq ca issue --out ./edge1 --name edge1.example.org --name 2001:db8::7",
            "  stoq ca issue --out ./renewed --node-id 5f3a... --name edge1.example.org",
            "  stoq ca issue --out ./alice --role operator --days 365"
        })
final class AuthorityIssueCommand implements Verb {
    private static final int MAX_DAYS = 3_650;

    private final Invocation invocation;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "The folder for the files, which must hold none of them yet.")
    Path out = Path.of("");

    @Option(
            names = "--role",
            paramLabel = "node|operator",
            description = "What its bearer may do at most. Default: ${DEFAULT-VALUE}.")
    Role role = Role.NODE;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "A DNS name or IPv6 address under which a node is reached; once for each."
                            + " localhost and ::1 are always among them.")
    List<String> names = new ArrayList<>();

    @Option(
            names = "--node-id",
            paramLabel = "ID",
            description =
                    "For an identity that exists: its id, 64 hexadecimal digits (stoq status shows"
                            + " it).")
    @Nullable String nodeId;

    @Option(
            names = "--days",
            paramLabel = "N",
            description = "How long it is valid. Default: ${DEFAULT-VALUE}.")
    int days = 30;

    AuthorityIssueCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    /** The shape of the result in JSON. */
    record Result(NodeId nodeId, Path folder, CertificateText certificate) {}

    @Override
    public ExitCode run() throws Exception {
        requireUsable();
        Surroundings surroundings = invocation.surroundings();
        Path authorityFolder = surroundings.home().authorityFolder();
        if (!CertificateAuthority.exists(authorityFolder)) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "NO_AUTHORITY",
                    "there is no authority with its key in " + authorityFolder,
                    "make one with: stoq ca init");
        }
        Path folder = invocation.file(out);
        requireEmpty(folder);
        CertificateAuthority authority =
                CertificateAuthority.open(authorityFolder, surroundings.clock());
        Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Result result = issue(authority, folder);
        invocation
                .terminal()
                .result(
                        result,
                        text -> {
                            text.println("id " + result.nodeId);
                            result.certificate.print(text, surroundings.clock().instant());
                        });
        return ExitCode.OK;
    }

    private Result issue(CertificateAuthority authority, Path folder)
            throws IOException, GeneralSecurityException {
        PemText pem = new PemText(invocation.partialFiles());
        NodeId id;
        if (nodeId == null) {
            KeyPair identity = newKeyPair();
            id = NodeId.of(identity.getPublic());
            pem.key(folder.resolve("identity.key"), identity.getPrivate().getEncoded());
        } else {
            id = NodeId.parse(nodeId);
        }
        KeyPair pair = newKeyPair();
        List<String> all =
                Stream.concat(Stream.of("localhost", "::1"), names.stream()).distinct().toList();
        X509Certificate leaf =
                authority.issue(
                        new LeafRequest(pair.getPublic(), id, role, all, Duration.ofDays(days)));
        Path file = folder.resolve("cert.pem");
        pem.key(folder.resolve("key.pem"), pair.getPrivate().getEncoded());
        pem.certificate(folder.resolve("ca.pem"), authority.certificate().getEncoded());
        pem.certificate(file, leaf.getEncoded());
        return new Result(id, folder, CertificateText.of(file, leaf));
    }

    private void requireUsable() throws CommandFailure {
        if (role == Role.ANONYMOUS) {
            throw CommandFailure.usage("a certificate is for a node or an operator", "");
        }
        if (days < 1 || days > MAX_DAYS) {
            throw CommandFailure.usage(
                    "--days is from 1 to %d, not %d".formatted(MAX_DAYS, days), "");
        }
        if (nodeId != null && !nodeId.matches("[0-9a-f]{64}")) {
            throw CommandFailure.usage(
                    "'" + nodeId + "' is not a node id: 64 lower-case hexadecimal digits", "");
        }
        for (String name : names) {
            if (!isUsable(name)) {
                throw CommandFailure.usage(
                        "'" + name + "' is neither a DNS name nor an IPv6 address",
                        "write it as in edge1.example.org or 2001:db8::7");
            }
        }
    }

    private static boolean isUsable(String name) {
        if (name.indexOf(':') < 0) {
            return name.toLowerCase(Locale.ROOT)
                            .matches("(?=.{1,253}$)[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
                    && !name.matches("[0-9.]+");
        }
        try {
            return InetAddress.ofLiteral(name) instanceof Inet6Address;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void requireEmpty(Path folder) throws CommandFailure {
        for (String each : List.of("identity.key", "cert.pem", "key.pem", "ca.pem")) {
            if (Files.exists(folder.resolve(each))) {
                throw new CommandFailure(
                        ExitCode.FAILED,
                        "EXISTS",
                        folder.resolve(each) + " exists already",
                        "name another folder: a key is never overwritten");
            }
        }
    }

    private static KeyPair newKeyPair() throws GeneralSecurityException {
        return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }
}
