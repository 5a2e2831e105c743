package org.stoq.transport;

import io.netty.handler.ssl.OpenSslCertificateException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Believes certificates that lead to one of the given authorities (RFC 5280 s.6), are valid today,
 * are meant for their side of TLS, and, for a server, carry the name that was asked for.
 *
 * <p>Remembers refusals in words, because TLS carries only a number: the newest one, and of a
 * client that of each handshake until it is taken. Thread-safe.
 */
final class AuthorityTrustManager extends X509ExtendedTrustManager {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final int SAN_DNS = 2;
    private static final int SAN_URI = 6;
    private static final int SAN_IP = 7;
    private static final int NODE_ID_DIGITS = 64;

    /** X509_V_ERR_CERT_REJECTED of BoringSSL. */
    private static final int CERT_REJECTED = 28;

    private final List<X509Certificate> authorities;
    private final Map<SSLEngine, String> refusals = new ConcurrentHashMap<>();
    private volatile @Nullable String lastRefusal;

    AuthorityTrustManager(List<X509Certificate> authorities) {
        this.authorities = authorities;
    }

    /** Returns why a certificate was refused last, or nothing if none was. */
    Optional<String> lastRefusal() {
        return Optional.ofNullable(lastRefusal);
    }

    /** Returns why a client's handshake found the server's certificate bad, and forgets it. */
    Optional<String> takeRefusal(SSLEngine engine) {
        return Optional.ofNullable(refusals.remove(engine));
    }

    private void check(X509Certificate[] chain, String usage, Optional<String> serverName)
            throws CertificateException {
        try {
            checkPath(chain);
            List<String> usages = chain[0].getExtendedKeyUsage();
            if (usages == null || !usages.contains(usage)) {
                throw new CertificateException("the certificate is not meant for this side of TLS");
            }
            if (serverName.isPresent()) {
                checkName(chain[0], serverName.get());
            }
        } catch (GeneralSecurityException e) {
            lastRefusal = describe(chain, e);
            // Without this type the engine sends the alert internal_error instead of
            // bad_certificate.
            OpenSslCertificateException refusal =
                    new OpenSslCertificateException(lastRefusal, CERT_REJECTED);
            refusal.initCause(e);
            throw refusal;
        }
    }

    private void checkPath(X509Certificate[] chain) throws GeneralSecurityException {
        if (authorities.isEmpty()) {
            throw new CertificateException("no certificate authority is trusted here");
        }
        Set<TrustAnchor> anchors = new HashSet<>();
        authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
        List<X509Certificate> path =
                Arrays.stream(chain).filter(c -> !authorities.contains(c)).toList();
        if (path.isEmpty()) {
            throw new CertificateException("an authority's own certificate is not a node's");
        }
        CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(path);
        PKIXParameters parameters = new PKIXParameters(anchors);
        parameters.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
    }

    private static void checkName(X509Certificate leaf, String name) throws CertificateException {
        Collection<List<?>> names = leaf.getSubjectAlternativeNames();
        if (names == null || names.stream().noneMatch(entry -> matches(entry, name))) {
            throw new CertificateParsingException(
                    "the certificate is not for %s but for %s".formatted(name, names));
        }
    }

    private static boolean matches(List<?> entry, String name) {
        String value = String.valueOf(entry.get(1));
        return switch ((Integer) entry.get(0)) {
            case SAN_DNS -> value.equalsIgnoreCase(name);
            case SAN_URI -> name.length() == NODE_ID_DIGITS && value.equals("stoq:" + name);
            case SAN_IP -> name.contains(":") && sameAddress(value, name);
            default -> false;
        };
    }

    private static boolean sameAddress(String first, String second) {
        try {
            return InetAddress.ofLiteral(first).equals(InetAddress.ofLiteral(second));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String describe(X509Certificate[] chain, GeneralSecurityException e) {
        String reason = String.valueOf(e.getMessage());
        if (reason.contains("NotAfter") || reason.contains("validity")) {
            return "the certificate was valid from %s to %s"
                    .formatted(
                            chain[0].getNotBefore().toInstant(),
                            chain[0].getNotAfter().toInstant());
        }
        if (reason.contains("trust anchor")) {
            return "the certificate was issued by %s, which is not trusted here"
                    .formatted(chain[0].getIssuerX500Principal());
        }
        return reason;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        check(chain, CLIENT_AUTH, Optional.empty());
    }

    @Override
    public void checkClientTrusted(
            X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        check(chain, CLIENT_AUTH, Optional.empty());
    }

    @Override
    public void checkClientTrusted(
            X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        check(chain, CLIENT_AUTH, Optional.empty());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw nameless();
    }

    @Override
    public void checkServerTrusted(
            X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        throw nameless();
    }

    /** Only an engine says which server was asked for, and without that nothing is believed. */
    private static CertificateException nameless() {
        return new CertificateException("it is not known which server this should be");
    }

    @Override
    public void checkServerTrusted(
            X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        // The engine of the codec tells the name by its session only.
        String serverName = engine == null ? null : engine.getSession().getPeerHost();
        if (engine == null || serverName == null) {
            throw nameless();
        }
        try {
            check(chain, SERVER_AUTH, Optional.of(serverName));
        } catch (CertificateException e) {
            refusals.put(engine, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.toArray(X509Certificate[]::new);
    }
}
