package org.stoq.cli.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.stoq.cli.terminal.Amounts;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.PeerCertificate;
import org.stoq.sdk.call.Role;
import org.stoq.trust.Renewal;
import org.stoq.trust.StoqHome;

/** Whether certificates hold, for how long, and whether their keys are kept to oneself. */
public final class CertificateChecks {
    /**
     * A certificate is renewed when a third of its life is left. With less than a quarter nobody
     * does it.
     */
    private static final int LATE = 4;

    private static final Set<PosixFilePermission> OWNER =
            Set.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.OWNER_EXECUTE);

    private static final Pattern PLAIN = Pattern.compile("[0-9A-Za-z_./-]+");

    private CertificateChecks() {}

    /**
     * Looks at authority, operator and node.
     *
     * @param home the folder {@code ~/.stoq}
     * @param identity the folder {@code identity} of the node's data folder
     */
    public static List<Finding> of(Path home, Path identity, Instant now) throws IOException {
        Path authorityFolder = home.resolve("ca");
        Path authority = authorityFolder.resolve("ca.pem");
        if (!Files.exists(authority)) {
            return List.of(Finding.ok("certificates", "none yet: the first stoq node makes them"));
        }
        Path operator = home.resolve("operator");
        Path authorityKey = authorityFolder.resolve("ca.key");
        boolean issues = Files.exists(authorityKey);
        List<Finding> findings = new ArrayList<>();
        findings.add(authority(authorityFolder, authority, issues, now));
        findings.add(leaf(new Bearer("operator", Role.OPERATOR, operator), authority, issues, now));
        findings.add(leaf(new Bearer("node", Role.NODE, identity), authority, issues, now));
        for (Path key :
                List.of(
                        authorityKey,
                        operator.resolve("key.pem"),
                        operator.resolve("identity.key"),
                        identity.resolve("key.pem"),
                        identity.resolve("identity.key"))) {
            if (Files.exists(key)
                    && Files.getPosixFilePermissions(key).stream()
                            .anyMatch(Predicate.not(OWNER::contains))) {
                findings.add(
                        Finding.fail(
                                "private keys",
                                "others may read " + key,
                                "chmod 600 " + quoted(key)));
            }
        }
        return findings;
    }

    private static Finding authority(Path folder, Path file, boolean issues, Instant now)
            throws IOException {
        String mend =
                issues
                        ? "begin anew: mv %1$s %1$s.old && stoq ca init".formatted(quoted(folder))
                        : "copy it from where the authority's key is to " + folder;
        try {
            return validity("authority", read(file), now, mend);
        } catch (CertificateException e) {
            return unreadable("authority", file, e, mend);
        }
    }

    /**
     * Whose certificate is looked at.
     *
     * @param folder where its files lie
     */
    private record Bearer(String name, Role role, Path folder) {}

    /**
     * Looks at the certificate of an operator or a node.
     *
     * @param issues whether the authority's key is here, and makes another one unasked
     */
    private static Finding leaf(Bearer bearer, Path authority, boolean issues, Instant now)
            throws IOException {
        Path file = bearer.folder.resolve("cert.pem");
        if (!Files.exists(file)) {
            return Finding.ok(bearer.name, "no certificate yet: it is made when it is needed");
        }
        String next =
                bearer.role == Role.OPERATOR
                        ? "any command to a node makes another one: stoq status"
                        : "start the node: it makes another one";
        try {
            X509Certificate leaf = read(file);
            String mend = issues ? next : reissue(bearer, Optional.of(leaf));
            if (!isIssuedBy(leaf, read(authority))) {
                return Finding.fail(bearer.name, file + " was not issued by " + authority, mend);
            }
            return validity(bearer.name, leaf, now, mend);
        } catch (CertificateException e) {
            String mend =
                    issues
                            ? "rm %s; %s".formatted(quoted(file), next)
                            : reissue(bearer, Optional.empty());
            return unreadable(bearer.name, file, e, mend);
        }
    }

    /** How to replace a certificate whose authority's key is elsewhere: ends with a command. */
    private static String reissue(Bearer bearer, Optional<X509Certificate> leaf) {
        Optional<NodeId> id = identity(bearer, leaf);
        String command =
                id.isEmpty()
                        ? "stoq ca issue --role %s --out stoq-%s"
                                .formatted(bearer.name, bearer.name)
                        : leaf.map(like -> Renewal.command(id.get(), like))
                                .orElseGet(() -> Renewal.command(id.get(), bearer.role, List.of()));
        return "put %s into %s, made where the authority's key is by: %s"
                .formatted(
                        id.isEmpty()
                                ? "identity.key, cert.pem and key.pem"
                                : "cert.pem and key.pem",
                        bearer.folder,
                        command);
    }

    /** Returns whose certificate is needed; nothing if the identity is lost. */
    private static Optional<NodeId> identity(Bearer bearer, Optional<X509Certificate> leaf) {
        try {
            return Optional.of(StoqHome.identityIn(bearer.folder));
        } catch (IOException e) {
            return leaf.flatMap(CertificateChecks::named);
        }
    }

    private static Optional<NodeId> named(X509Certificate leaf) {
        try {
            return Optional.of(PeerCertificate.of(leaf).id());
        } catch (StoqException e) {
            return Optional.empty();
        }
    }

    private static Finding unreadable(
            String name, Path file, CertificateException cause, String mend) {
        return Finding.fail(name, file + " cannot be read: " + cause.getMessage(), mend);
    }

    private static Finding validity(
            String name, X509Certificate certificate, Instant now, String mend) {
        return validity(
                name,
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                now,
                mend);
    }

    static Finding validity(String name, Instant from, Instant until, Instant now, String mend) {
        if (now.isBefore(from)) {
            return Finding.fail(
                    name,
                    "the certificate holds from %s, and now is %s".formatted(from, now),
                    "look at the clock, here and where it was issued");
        }
        Duration left = Duration.between(now, until);
        if (left.isNegative()) {
            return Finding.fail(name, "the certificate has expired at " + until, mend);
        }
        String detail = "the certificate holds for " + Amounts.duration(left);
        return left.compareTo(Duration.between(from, until).dividedBy(LATE)) < 0
                ? Finding.warn(name, detail, mend)
                : Finding.ok(name, detail);
    }

    /** Writes a path as a shell takes it. */
    private static String quoted(Path path) {
        String text = path.toString();
        return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    private static X509Certificate read(Path file) throws IOException, CertificateException {
        try (InputStream input = Files.newInputStream(file)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(input);
        }
    }

    private static boolean isIssuedBy(X509Certificate certificate, X509Certificate authority) {
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
