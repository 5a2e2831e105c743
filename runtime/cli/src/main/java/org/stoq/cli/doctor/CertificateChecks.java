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
import java.util.Set;
import java.util.function.Predicate;
import org.stoq.cli.terminal.Amounts;

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

    private CertificateChecks() {}

    /**
     * Looks at authority, operator and node.
     *
     * @param home the folder {@code ~/.stoq}
     * @param identity the folder {@code identity} of the node's data folder
     */
    public static List<Finding> of(Path home, Path identity, Instant now) throws IOException {
        Path authority = home.resolve("ca").resolve("ca.pem");
        if (!Files.exists(authority)) {
            return List.of(Finding.ok("certificates", "none yet: the first stoq node makes them"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(certificate("authority", authority, authority, now));
        findings.add(
                certificate(
                        "operator", home.resolve("operator").resolve("cert.pem"), authority, now));
        findings.add(certificate("node", identity.resolve("cert.pem"), authority, now));
        for (Path key :
                List.of(
                        home.resolve("ca").resolve("ca.key"),
                        home.resolve("operator").resolve("key.pem"),
                        home.resolve("operator").resolve("identity.key"),
                        identity.resolve("key.pem"),
                        identity.resolve("identity.key"))) {
            if (Files.exists(key)
                    && Files.getPosixFilePermissions(key).stream()
                            .anyMatch(Predicate.not(OWNER::contains))) {
                findings.add(
                        Finding.fail("private keys", "others may read " + key, "chmod 600 " + key));
            }
        }
        return findings;
    }

    private static Finding certificate(String name, Path file, Path authority, Instant now)
            throws IOException {
        if (!Files.exists(file)) {
            return Finding.ok(name, "no certificate yet: it is made when it is needed");
        }
        try {
            X509Certificate certificate = read(file);
            if (!isIssuedBy(certificate, read(authority))) {
                return Finding.fail(
                        name,
                        file + " was not issued by " + authority,
                        "issue it anew: stoq ca issue; or bring the authority that has issued it");
            }
            return validity(
                    name,
                    certificate.getNotBefore().toInstant(),
                    certificate.getNotAfter().toInstant(),
                    now);
        } catch (CertificateException e) {
            return Finding.fail(name, file + " cannot be read: " + e.getMessage(), "stoq ca issue");
        }
    }

    static Finding validity(String name, Instant from, Instant until, Instant now) {
        if (now.isBefore(from)) {
            return Finding.fail(
                    name,
                    "the certificate holds from %s, and now is %s".formatted(from, now),
                    "look at the clock, here and where it was issued");
        }
        Duration left = Duration.between(now, until);
        if (left.isNegative()) {
            return Finding.fail(
                    name,
                    "the certificate has expired at " + until,
                    "start the node where the authority's key is, or: stoq ca issue");
        }
        String detail = "the certificate holds for " + Amounts.duration(left);
        return left.compareTo(Duration.between(from, until).dividedBy(LATE)) < 0
                ? Finding.warn(name, detail, "start the node, which renews it, or: stoq ca issue")
                : Finding.ok(name, detail);
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
