package org.stoq.sdk.transport;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * What one side of a handshake shows, and whom it believes.
 *
 * @param chain own certificate chain, leaf first; empty for an anonymous client
 * @param key private key of the leaf; empty exactly when the chain is
 * @param authorities the certificate authorities to trust
 * @param anonymousPeers on a listener: whether clients without a certificate are let in
 */
public record Credentials(
        List<X509Certificate> chain,
        Optional<PrivateKey> key,
        List<X509Certificate> authorities,
        boolean anonymousPeers) {
    /** Copies the lists and checks that chain and key go together. */
    public Credentials {
        chain = List.copyOf(chain);
        authorities = List.copyOf(authorities);
        if (chain.isEmpty() != key.isEmpty()) {
            throw new IllegalArgumentException(
                    "a certificate chain needs its key, and a key its chain");
        }
    }

    /** Returns credentials of a client that shows no certificate. */
    public static Credentials anonymous(List<X509Certificate> authorities) {
        return new Credentials(List.of(), Optional.empty(), authorities, false);
    }

    /**
     * Requires a certificate, which a listener cannot do without.
     *
     * @throws IllegalArgumentException if there is none
     */
    public void requireCertificate() {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("a listener needs a certificate and its key");
        }
    }

    /**
     * Returns a key manager for TLS that offers the certificate, whatever kind of key is asked for.
     *
     * @throws IllegalStateException if there is none
     */
    public X509ExtendedKeyManager keyManager() {
        return new OneKeyManager(
                chain,
                key.orElseThrow(() -> new IllegalStateException("there is no key to offer")));
    }
}
