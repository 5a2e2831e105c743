package org.stoq.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.stoq.cli.terminal.Amounts;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.PeerCertificate;

/**
 * What a person wants to know of a certificate; also its shape in JSON.
 *
 * @param file where it lies
 * @param subject whose it is
 * @param role {@code authority}, {@code node}, {@code operator} or {@code unknown}
 * @param fingerprint SHA-256 of its DER form, hexadecimal
 * @param notBefore when it begins to hold
 * @param notAfter when it ends
 * @param names alternative names
 */
record CertificateText(
        Path file,
        String subject,
        String role,
        String fingerprint,
        Instant notBefore,
        Instant notAfter,
        List<String> names) {
    private static final int URI = 6;
    private static final int NO_AUTHORITY = -1;

    CertificateText {
        names = List.copyOf(names);
    }

    /** Reads the first certificate of a PEM file. */
    static CertificateText read(Path file) throws IOException, CommandFailure {
        try (InputStream input = Files.newInputStream(file)) {
            Collection<?> all = CertificateFactory.getInstance("X.509").generateCertificates(input);
            if (all.isEmpty() || !(all.iterator().next() instanceof X509Certificate first)) {
                throw CommandFailure.failed(file + " holds no certificate", "");
            }
            return of(file, first);
        } catch (CertificateException e) {
            throw new CommandFailure(
                    ExitCode.FAILED, "TRUST", file + " holds no readable certificate", "", e);
        }
    }

    static CertificateText of(Path file, X509Certificate certificate)
            throws CertificateParsingException, CertificateEncodingException {
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        List<String> names =
                alternatives == null
                        ? List.of()
                        : alternatives.stream().map(CertificateText::name).toList();
        return new CertificateText(
                file,
                certificate.getSubjectX500Principal().getName(),
                role(certificate),
                Digest.of(certificate.getEncoded()).hex(),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                names);
    }

    /** Returns how long it still holds; negative once it does not. */
    Duration left(Instant now) {
        return Duration.between(now, notAfter);
    }

    void print(PrintStream out, Instant now) {
        out.println(role + " " + subject);
        out.println("  file         " + file);
        out.println("  fingerprint  " + fingerprint);
        out.printf("  valid        %s to %s (%s)%n", notBefore, notAfter, validity(now));
        names.forEach(name -> out.println("  name         " + name));
    }

    private String validity(Instant now) {
        if (now.isBefore(notBefore)) {
            return "not yet";
        }
        Duration left = left(now);
        return left.isNegative() ? "EXPIRED" : Amounts.duration(left) + " left";
    }

    private static String name(List<?> alternative) {
        String text = String.valueOf(alternative.get(1));
        return alternative.getFirst().equals(URI) ? text : text.toLowerCase(Locale.ROOT);
    }

    private static String role(X509Certificate certificate) {
        if (certificate.getBasicConstraints() != NO_AUTHORITY) {
            return "authority";
        }
        try {
            return PeerCertificate.of(certificate).role().name().toLowerCase(Locale.ROOT);
        } catch (StoqException e) {
            return "unknown";
        }
    }
}
