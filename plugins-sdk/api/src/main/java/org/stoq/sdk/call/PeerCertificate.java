package org.stoq.sdk.call;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * What a peer's certificate says of it. The handshake has verified the certificate before; here it
 * is only read.
 *
 * @param id whose certificate it is
 * @param role what its bearer may do at most
 */
public record PeerCertificate(NodeId id, Role role) {
    /** A node certificate names its node by a URI that begins so and ends with the node id. */
    public static final String NODE_URI_PREFIX = "stoq:";

    /** The second URI in an operator's certificate. */
    public static final String OPERATOR_URI = "stoq-role:operator";

    /** The kind of alternative name that is a URI (RFC 5280 s.4.2.1.6). */
    private static final int URI = 6;

    /**
     * Reads the leaf of a verified chain.
     *
     * @param chain leaf first; empty for a peer that has shown none
     * @return what it says, or nothing if the chain is empty
     * @throws StoqException CERTIFICATE_REFUSED if the leaf names no node, or more than one
     */
    public static Optional<PeerCertificate> of(List<X509Certificate> chain) throws StoqException {
        return chain.isEmpty() ? Optional.empty() : Optional.of(of(chain.getFirst()));
    }

    /**
     * Reads a verified leaf certificate.
     *
     * @throws StoqException CERTIFICATE_REFUSED if it names no node, or more than one
     */
    public static PeerCertificate of(X509Certificate leaf) throws StoqException {
        List<String> uris = uris(leaf);
        List<String> ids =
                uris.stream()
                        .filter(uri -> uri.startsWith(NODE_URI_PREFIX))
                        .map(uri -> uri.substring(NODE_URI_PREFIX.length()))
                        .toList();
        if (ids.size() != 1) {
            throw new StoqException(
                    StoqErrorCode.CERTIFICATE_REFUSED,
                    "a certificate names one node, this one " + ids.size());
        }
        Role role = uris.contains(OPERATOR_URI) ? Role.OPERATOR : Role.NODE;
        try {
            return new PeerCertificate(NodeId.parse(ids.getFirst()), role);
        } catch (IllegalArgumentException e) {
            throw new StoqException(
                    StoqErrorCode.CERTIFICATE_REFUSED, "a certificate with a broken node id", e);
        }
    }

    private static List<String> uris(X509Certificate leaf) throws StoqException {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> name.getFirst().equals(URI))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException e) {
            throw new StoqException(
                    StoqErrorCode.CERTIFICATE_REFUSED, "a certificate with unreadable names", e);
        }
    }
}
