package org.stoq.content;

import java.util.Optional;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cose.CoseSign1;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.cose.SigningDomain;

/**
 * A purge: every object that it selects and that is not younger than it is void, or stale if it is
 * soft, wherever that object is and whenever it comes (decision 18).
 *
 * @param selector what is meant
 * @param soft whether objects are only to be asked for again
 * @param own whether only what the issuer has published is meant
 * @param issuer who signs it
 * @param millis its time, milliseconds since 1970 UTC: what was published later is not meant
 */
record Purge(Selector selector, boolean soft, boolean own, NodeId issuer, long millis) {
    /** Longest signed form in bytes. */
    static final int MAX_SIGNED_BYTES = 2_048;

    /** Signatures of purges are worth nothing elsewhere. */
    static final SigningDomain DOMAIN = new SigningDomain("content", "purge");

    /** Latest time that a purge may name, as in manifests. */
    private static final long MAX_MILLIS = (1L << 53) - 1;

    private static final int FORMAT = 1;
    private static final int SELECTOR = 2; // and 3
    private static final int SOFT = 4;
    private static final int OWN = 5;
    private static final int ISSUER = 6;
    private static final int TIME = 7;
    private static final long FORMAT_1 = 1;

    Purge {
        if (millis < 0 || millis > MAX_MILLIS) {
            throw new IllegalArgumentException("a purge of the time " + millis);
        }
    }

    /**
     * What a purge is about. Of those about the same only the latest is needed.
     *
     * @param publisher whose objects are meant; empty for everybody's
     */
    record Subject(Selector selector, boolean soft, Optional<NodeId> publisher) {}

    /** Returns what it is about. */
    Subject subject() {
        return new Subject(selector, soft, own ? Optional.of(issuer) : Optional.empty());
    }

    /** Returns whether a manifest is meant. */
    boolean voids(Manifest manifest) {
        return manifest.createdMillis() <= millis
                && (!own || manifest.publisher().equals(issuer))
                && selector.selects(manifest);
    }

    /** Returns the signed form. */
    byte[] sign(Signer signer) {
        if (!signer.id().equals(issuer)) {
            throw new IllegalArgumentException("the issuer signs, not " + signer.id());
        }
        byte[] payload =
                selector.put(CborMap.builder(), SELECTOR)
                        .put(FORMAT, FORMAT_1)
                        .put(SOFT, soft)
                        .put(OWN, own)
                        .put(ISSUER, issuer.digest())
                        .put(TIME, millis)
                        .build()
                        .encode();
        return CoseSign1.sign(signer, DOMAIN, payload).encoded();
    }

    /**
     * Verifies and reads the signed form.
     *
     * @throws StoqException INTEGRITY if the signature or the issuer is wrong; INVALID_REQUEST,
     *     TOO_LARGE or UNSUPPORTED if the content is
     */
    static Purge verify(byte[] signed) throws StoqException {
        requireLength(signed);
        CoseSign1 envelope = CoseSign1.verify(signed, DOMAIN);
        Purge purge = of(CborMap.decode(envelope.payload()));
        if (!purge.issuer.equals(envelope.signer())) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY,
                    "a purge of " + purge.issuer + " signed by " + envelope.signer());
        }
        return purge;
    }

    /** Reads the signed form of a purge that was verified before it was stored. */
    static Purge ofSigned(byte[] signed) throws StoqException {
        requireLength(signed);
        return of(CborMap.decode(CoseSign1.unverifiedPayload(signed)));
    }

    private static void requireLength(byte[] signed) throws StoqException {
        if (signed.length > MAX_SIGNED_BYTES) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE, "a purge of " + signed.length + " bytes");
        }
    }

    private static Purge of(CborMap map) throws StoqException {
        map.refuseUnknownCritical();
        if (map.integer(FORMAT) != FORMAT_1) {
            throw new StoqException(
                    StoqErrorCode.UNSUPPORTED, "purge format " + map.integer(FORMAT));
        }
        try {
            return new Purge(
                    Selector.of(map, SELECTOR),
                    map.bool(SOFT),
                    map.bool(OWN),
                    new NodeId(map.digest(ISSUER)),
                    map.integer(TIME));
        } catch (IllegalArgumentException e) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()), e);
        }
    }
}
