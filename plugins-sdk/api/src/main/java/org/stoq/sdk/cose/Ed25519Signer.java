package org.stoq.sdk.cose;

import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;

/**
 * An Ed25519 key in memory (RFC 8032 s.5.1).
 *
 * <p>Uses BouncyCastle's low-level code, an order of magnitude faster than the JDK's provider.
 */
public final class Ed25519Signer implements Signer {
    /** SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410 s.4). */
    private static final byte[] SPKI_PREFIX = {
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00
    };

    private final byte[] secret;
    private final byte[] publicKey = new byte[Ed25519.PUBLIC_KEY_SIZE];
    private final NodeId id;

    /**
     * Takes a secret key.
     *
     * @param secret the 32 bytes of RFC 8032 s.5.1.5
     */
    public Ed25519Signer(byte[] secret) {
        if (secret.length != Ed25519.SECRET_KEY_SIZE) {
            throw new IllegalArgumentException(
                    "an Ed25519 secret key has 32 bytes, not " + secret.length);
        }
        this.secret = secret.clone();
        Ed25519.generatePublicKey(this.secret, 0, publicKey, 0);
        this.id = idOf(publicKey);
    }

    @Override
    public NodeId id() {
        return id;
    }

    @Override
    public byte[] publicKey() {
        return publicKey.clone();
    }

    @Override
    public byte[] sign(byte[] message) {
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(secret, 0, publicKey, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    /** Returns the id of a raw public key: the digest of its SubjectPublicKeyInfo. */
    static NodeId idOf(byte[] publicKey) {
        byte[] spki = Arrays.copyOf(SPKI_PREFIX, SPKI_PREFIX.length + publicKey.length);
        System.arraycopy(publicKey, 0, spki, SPKI_PREFIX.length, publicKey.length);
        return new NodeId(Digest.of(spki));
    }
}
