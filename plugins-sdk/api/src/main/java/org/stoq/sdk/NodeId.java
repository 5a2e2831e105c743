package org.stoq.sdk;

import java.security.PublicKey;

/**
 * The name of a node or of an operator: the SHA-256 digest of the SubjectPublicKeyInfo (RFC 5280
 * s.4.1) of its long-lived Ed25519 identity key.
 *
 * <p>The TLS key is another one, certified for this id, so that it can rotate while the identity
 * stays.
 *
 * @param digest digest of the DER encoding of the public identity key
 */
public record NodeId(Digest digest) implements Comparable<NodeId> {
    /** Returns the id that belongs to an identity key. */
    public static NodeId of(PublicKey identityKey) {
        return new NodeId(Digest.of(identityKey.getEncoded()));
    }

    /**
     * Parses 64 lower-case hexadecimal digits.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static NodeId parse(String hex) {
        return new NodeId(Digest.parse("sha256:" + hex));
    }

    /** Returns the first eight hexadecimal digits, enough for a person's eye and for a log line. */
    public String shortName() {
        return toString().substring(0, 8);
    }

    @Override
    public int compareTo(NodeId other) {
        return digest.compareTo(other.digest);
    }

    /** Returns 64 lower-case hexadecimal digits. */
    @Override
    public String toString() {
        return digest.hex();
    }
}
