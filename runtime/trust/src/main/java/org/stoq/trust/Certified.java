package org.stoq.trust;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.transport.Credentials;

/**
 * An identity with its certificate: all that a node or an operator needs to be believed.
 *
 * @param identity the long-lived key
 * @param chain certificate chain of the TLS key, leaf first
 * @param key the TLS key
 * @param authorities whom it trusts itself
 */
public record Certified(
        Signer identity,
        List<X509Certificate> chain,
        PrivateKey key,
        List<X509Certificate> authorities) {
    /** Copies the lists. */
    public Certified {
        chain = List.copyOf(chain);
        authorities = List.copyOf(authorities);
    }

    /** Returns what a transport needs of it. */
    public Credentials credentials(boolean anonymousPeers) {
        return new Credentials(chain, Optional.of(key), authorities, anonymousPeers);
    }
}
