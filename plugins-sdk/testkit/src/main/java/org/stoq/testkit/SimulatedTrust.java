package org.stoq.testkit;

import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.Credentials;

/**
 * Judges certificates and protocols on {@link SimulatedNetwork}: one leaf, signed by a known
 * authority.
 */
final class SimulatedTrust {
    /** Kinds of alternative names (RFC 5280 s.4.2.1.6). */
    private static final int DNS = 2;

    private static final int ADDRESS = 7;

    private SimulatedTrust() {}

    /** Who asks a server, and for what: a ticket is good for the same again. */
    record Asking(
            String node,
            String serverName,
            int port,
            Credentials credentials,
            List<String> protocols) {}

    /**
     * Returns why a client does not go on with a server, if it does not: they share no protocol, or
     * the certificate is not believed.
     */
    static Optional<StoqException> refusal(SimulatedConnection.Side server, Asking client) {
        if (Collections.disjoint(server.options().protocols(), client.protocols)) {
            return Optional.of(
                    new StoqException(
                            StoqErrorCode.UNSUPPORTED,
                            "the peer speaks none of our application protocols"));
        }
        return refusal(server.chain(), client.credentials, Optional.of(client.serverName))
                .map(reason -> new StoqException(StoqErrorCode.CERTIFICATE_REFUSED, reason));
    }

    /**
     * Returns why a chain is not believed, if it is not.
     *
     * @param name what the leaf must be for; empty for a client's
     */
    static Optional<String> refusal(
            List<X509Certificate> chain, Credentials judge, Optional<String> name) {
        X509Certificate leaf = chain.getFirst();
        try {
            leaf.checkValidity();
        } catch (GeneralSecurityException e) {
            return Optional.of(
                    "valid from %s to %s".formatted(leaf.getNotBefore(), leaf.getNotAfter()));
        }
        if (judge.authorities().stream().noneMatch(authority -> isSignedBy(leaf, authority))) {
            return Optional.of("not trusted: " + leaf.getIssuerX500Principal());
        }
        return name.filter(wanted -> !names(leaf, wanted)).map(wanted -> "not for " + wanted);
    }

    private static boolean isSignedBy(X509Certificate leaf, X509Certificate authority) {
        try {
            leaf.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean names(X509Certificate leaf, String wanted) {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            return names != null && names.stream().anyMatch(name -> isName(name, wanted));
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private static boolean isName(List<?> name, String wanted) {
        boolean address = wanted.indexOf(':') >= 0;
        if (!name.getFirst().equals(address ? ADDRESS : DNS)) {
            return false;
        }
        String text = String.valueOf(name.get(1));
        return address
                ? InetAddress.ofLiteral(wanted).equals(InetAddress.ofLiteral(text))
                : wanted.equals(text);
    }
}
