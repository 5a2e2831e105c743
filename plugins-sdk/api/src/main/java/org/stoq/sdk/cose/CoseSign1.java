package org.stoq.sdk.cose;

import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborLimits;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cbor.CborReader;
import org.stoq.sdk.cbor.CborWriter;

/**
 * A signed object: COSE_Sign1 (RFC 9052 s.4.2), tagged 18, EdDSA with Ed25519.
 *
 * <p>The protected header holds the algorithm (1: -8), the signer's id as kid (4), and the signer's
 * raw public key under the private label {@value #PUBLIC_KEY_LABEL}, so that an object verifies
 * wherever it travels: the kid must be the id of the key. The unprotected header is empty. The
 * external_aad names what the signature is for.
 */
public final class CoseSign1 {
    /**
     * Label of the public key in the protected header; RFC 9052 leaves those below -65536 private.
     */
    public static final long PUBLIC_KEY_LABEL = -65_537;

    private static final int TAG = 18;
    private static final int ALGORITHM_LABEL = 1;
    private static final int KEY_ID_LABEL = 4;
    private static final long EDDSA = -8;
    private static final CborLimits LIMITS = new CborLimits(4, 4_096, 1 << 20);

    private final NodeId signer;
    private final byte[] payload;
    private final byte[] encoded;

    private CoseSign1(NodeId signer, byte[] payload, byte[] encoded) {
        this.signer = signer;
        this.payload = payload;
        this.encoded = encoded;
    }

    /** Signs a payload. */
    public static CoseSign1 sign(Signer signer, SigningDomain domain, byte[] payload) {
        byte[] header =
                CborMap.builder()
                        .put(ALGORITHM_LABEL, EDDSA)
                        .put(KEY_ID_LABEL, signer.id().digest())
                        .put(PUBLIC_KEY_LABEL, signer.publicKey())
                        .build()
                        .encode();
        byte[] signature = signer.sign(toBeSigned(header, domain, payload));
        byte[] encoded =
                new CborWriter()
                        .tag(TAG)
                        .array(4)
                        .bytes(header)
                        .map(0)
                        .bytes(payload)
                        .bytes(signature)
                        .toBytes();
        return new CoseSign1(signer.id(), payload.clone(), encoded);
    }

    /**
     * Verifies a signed object.
     *
     * @throws StoqException INTEGRITY if the signature is wrong, is for another domain, or the key
     *     is not that of the named signer; INVALID_REQUEST or TOO_LARGE if the encoding is
     */
    public static CoseSign1 verify(byte[] encoded, SigningDomain domain) throws StoqException {
        Parts parts = Parts.of(encoded);
        CborMap header = CborMap.decode(parts.header, LIMITS);
        header.refuseUnknownCritical(PUBLIC_KEY_LABEL);
        if (header.integer(ALGORITHM_LABEL) != EDDSA) {
            throw new StoqException(
                    StoqErrorCode.UNSUPPORTED,
                    "signature algorithm " + header.integer(ALGORITHM_LABEL));
        }
        Digest keyId = header.digest(KEY_ID_LABEL);
        byte[] publicKey = header.bytes(PUBLIC_KEY_LABEL);
        NodeId signer = new NodeId(keyId);
        if (publicKey.length != Ed25519.PUBLIC_KEY_SIZE
                || parts.signature.length != Ed25519.SIGNATURE_SIZE
                || !Ed25519Signer.idOf(publicKey).equals(signer)) {
            throw new StoqException(StoqErrorCode.INTEGRITY, "the key is not that of " + signer);
        }
        byte[] message = toBeSigned(parts.header, domain, parts.payload);
        if (!Ed25519.verify(parts.signature, 0, publicKey, 0, message, 0, message.length)) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY, "a signature that is not of " + signer);
        }
        return new CoseSign1(signer, parts.payload, encoded.clone());
    }

    /**
     * Returns what was signed, and leaves the signature alone: for what was verified before it was
     * stored.
     *
     * @throws StoqException INVALID_REQUEST or TOO_LARGE if the encoding is wrong
     */
    public static byte[] unverifiedPayload(byte[] encoded) throws StoqException {
        return Parts.of(encoded).payload;
    }

    /** What is in an encoding, without the unprotected header, which is empty. */
    private record Parts(byte[] header, byte[] payload, byte[] signature) {
        static Parts of(byte[] encoded) throws StoqException {
            CborReader reader = new CborReader(encoded, LIMITS);
            reader.tag(TAG);
            if (reader.array() != 4) {
                throw new StoqException(
                        StoqErrorCode.INVALID_REQUEST, "a COSE_Sign1 has four parts");
            }
            byte[] header = reader.bytes();
            if (!reader.map().keys().isEmpty()) {
                throw new StoqException(StoqErrorCode.INVALID_REQUEST, "an unprotected header");
            }
            byte[] payload = reader.bytes();
            byte[] signature = reader.bytes();
            reader.finish();
            return new Parts(header, payload, signature);
        }
    }

    /** Returns who has signed. */
    public NodeId signer() {
        return signer;
    }

    /** Returns a copy of what was signed. */
    public byte[] payload() {
        return payload.clone();
    }

    /** Returns a copy of the signed object's encoding. */
    public byte[] encoded() {
        return encoded.clone();
    }

    /** The Sig_structure of RFC 9052 s.4.4. */
    private static byte[] toBeSigned(byte[] header, SigningDomain domain, byte[] payload) {
        return new CborWriter()
                .array(4)
                .text("Signature1")
                .bytes(header)
                .bytes(domain.externalAad())
                .bytes(payload)
                .toBytes();
    }
}
