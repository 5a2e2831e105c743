package org.stoq.trust;

import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.call.PeerCertificate;

/** Whether a leaf certificate is what its owner needs. Pure: time is an argument. */
final class LeafCheck {
    private LeafCheck() {}

    /** Requires that a certificate fits key and identity and is valid. */
    static void require(X509Certificate leaf, PrivateKey key, NodeId id, Path file, Instant now)
            throws TrustException {
        boolean expired = now.isAfter(leaf.getNotAfter().toInstant());
        if (expired || now.isBefore(leaf.getNotBefore().toInstant())) {
            throw new TrustException(
                    "the certificate %s %s: it is valid from %s to %s, and now is %s"
                            .formatted(
                                    file,
                                    expired ? "has expired" : "is not valid yet",
                                    leaf.getNotBefore().toInstant(),
                                    leaf.getNotAfter().toInstant(),
                                    now),
                    expired ? Renewal.command(id, leaf) : "check this machine's clock",
                    null);
        }
        if (!belongTogether(leaf, key)) {
            throw new TrustException(
                    "the certificate " + file + " and its key do not belong together",
                    Renewal.command(id, leaf),
                    null);
        }
        if (!alternativeNames(leaf).contains(PeerCertificate.NODE_URI_PREFIX + id)) {
            throw new TrustException(
                    "the certificate %s is not for the identity %s".formatted(file, id),
                    Renewal.command(id, leaf),
                    null);
        }
    }

    /** Returns whether it was issued for more time than that. */
    static boolean livesLonger(X509Certificate leaf, Duration life) {
        Instant begin = leaf.getNotBefore().toInstant();
        Instant end = leaf.getNotAfter().toInstant();
        return Duration.between(begin, end)
                        .compareTo(life.plus(CertificateAuthority.CLOCK_SKEW.multipliedBy(2)))
                > 0;
    }

    static boolean isIssuedBy(X509Certificate leaf, X509Certificate authority) {
        try {
            leaf.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    static boolean hasNames(X509Certificate leaf, List<String> names) throws TrustException {
        Set<String> present = alternativeNames(leaf);
        return names.stream().map(LeafCheck::canonical).allMatch(present::contains);
    }

    private static Set<String> alternativeNames(X509Certificate leaf) throws TrustException {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            return names == null
                    ? Set.of()
                    : names.stream()
                            .map(name -> canonical(String.valueOf(name.get(1))))
                            .collect(Collectors.toSet());
        } catch (CertificateParsingException e) {
            throw new TrustException("a certificate with unreadable names", "", e);
        }
    }

    /** IPv6 literals have many spellings; certificates show them without the short form. */
    private static String canonical(String name) {
        if (name.startsWith(PeerCertificate.NODE_URI_PREFIX) || !name.contains(":")) {
            return name.toLowerCase(Locale.ROOT);
        }
        try {
            return InetAddress.ofLiteral(name).getHostAddress();
        } catch (IllegalArgumentException e) {
            return name;
        }
    }

    /** Returns whether that is the certificate of that key. */
    static boolean belongTogether(X509Certificate leaf, PrivateKey key) {
        try {
            byte[] probe = {1, 2, 3};
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(leaf.getPublicKey());
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
