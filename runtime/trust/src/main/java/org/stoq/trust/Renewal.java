package org.stoq.trust;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.PeerCertificate;
import org.stoq.sdk.call.Role;

/** When a certificate is to be replaced, and by which command a person does it. */
public final class Renewal {
    /** Every certificate is for these. */
    static final List<String> LOCAL_NAMES = List.of("localhost", "::1");

    /** RFC 5280 s.4.2.1.6. */
    private static final Set<Integer> DNS_OR_ADDRESS = Set.of(2, 7);

    /** As text of a certificate, the second of the local names. */
    private static final String LOOPBACK = "0:0:0:0:0:0:0:1";

    /** What is pasted into a shell; a certificate may hold anything in the place of a name. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[0-9A-Za-z][0-9A-Za-z_.:-]*");

    private Renewal() {}

    /** Returns whether two thirds of a certificate's life are over (decision 3). */
    public static boolean isDue(X509Certificate leaf, Instant now) {
        Instant begin = leaf.getNotBefore().toInstant();
        Instant end = leaf.getNotAfter().toInstant();
        return !now.isBefore(end.minus(Duration.between(begin, end).dividedBy(3)));
    }

    /**
     * Returns the command that issues another certificate, with the role and the names of this one.
     *
     * @param id for whom; need not be who is named in the certificate
     */
    public static String command(NodeId id, X509Certificate leaf) {
        return command(id, role(leaf), names(leaf));
    }

    /** Returns the command that issues a certificate for an identity that has none. */
    public static String command(NodeId id, Role role, List<String> names) {
        StringBuilder command = new StringBuilder("stoq ca issue --node-id ").append(id);
        if (role == Role.OPERATOR) {
            command.append(" --role operator");
        }
        names.stream()
                .filter(name -> !LOCAL_NAMES.contains(name) && !name.equals(LOOPBACK))
                .filter(name -> PLAIN_NAME.matcher(name).matches())
                .forEach(name -> command.append(" --name ").append(name));
        return command.append(" --out ").append(folder(id)).toString();
    }

    /** Returns the folder that the command writes to, relative to where it is given. */
    public static String folder(NodeId id) {
        return "stoq-" + id.shortName();
    }

    private static Role role(X509Certificate leaf) {
        try {
            return PeerCertificate.of(leaf).role();
        } catch (StoqException e) {
            // It names nobody; a node's is what most are.
            return Role.NODE;
        }
    }

    private static List<String> names(X509Certificate leaf) {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> DNS_OR_ADDRESS.contains(name.getFirst()))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }
}
