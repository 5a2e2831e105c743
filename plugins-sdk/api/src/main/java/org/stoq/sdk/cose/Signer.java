package org.stoq.sdk.cose;

import org.osgi.annotation.versioning.ProviderType;
import org.stoq.sdk.NodeId;

/** Whoever can sign with an Ed25519 identity key (RFC 8032). Thread-safe, never blocks. */
@ProviderType
public interface Signer {
    /** Returns the id that belongs to the key. */
    NodeId id();

    /** Returns the raw public key, 32 bytes. */
    byte[] publicKey();

    /** Returns the signature of a message, 64 bytes. */
    byte[] sign(byte[] message);
}
