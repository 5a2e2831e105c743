package org.stoq.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.interfaces.EdECPrivateKey;
import org.stoq.sdk.cose.Ed25519Signer;

/** The long-lived keys that give nodes and operators their ids (decision 2). */
final class IdentityKey {
    private IdentityKey() {}

    /** Reads a key, or makes one and writes it, readable by its owner only. */
    static Ed25519Signer readOrMake(Path file) throws IOException {
        if (!Files.exists(file)) {
            PemFiles.writeKey(file, newKeyPair().getPrivate());
        }
        return read(file);
    }

    /** Reads a key that must be there. */
    static Ed25519Signer read(Path file) throws IOException {
        return signer(PemFiles.readKey(file));
    }

    static KeyPair newKeyPair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform has no Ed25519", e);
        }
    }

    private static Ed25519Signer signer(PrivateKey key) {
        return new Ed25519Signer(((EdECPrivateKey) key).getBytes().orElseThrow());
    }
}
