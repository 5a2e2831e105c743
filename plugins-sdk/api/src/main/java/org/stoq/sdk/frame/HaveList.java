package org.stoq.sdk.frame;

import java.util.ArrayList;
import java.util.List;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cose.CoseSign1;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.cose.SigningDomain;

/**
 * Objects that a node holds whole: the content of CHUNK_ANNOUNCE.
 *
 * @param entries 1 to {@value #MAX_ENTRIES} objects
 */
public record HaveList(List<Entry> entries) {
    /** Most objects in one list. */
    public static final int MAX_ENTRIES = 512;

    private static final SigningDomain DOMAIN = new SigningDomain("mesh", "have-list");
    private static final int ENTRIES = 1;

    /**
     * One object.
     *
     * @param digest digest of its manifest
     * @param size its bytes
     * @param ttlSeconds how long this may be believed
     */
    public record Entry(Digest digest, long size, int ttlSeconds) {}

    /**
     * A list whose signature was verified.
     *
     * @param holder who has signed it
     * @param entries the objects
     */
    public record Signed(NodeId holder, List<Entry> entries) {}

    /** Copies the list and checks its length. */
    public HaveList {
        entries = List.copyOf(entries);
        if (entries.isEmpty() || entries.size() > MAX_ENTRIES) {
            throw new IllegalArgumentException("a list of " + entries.size() + " objects");
        }
    }

    /** Returns the signed form. */
    public byte[] sign(Signer signer) {
        List<CborMap> items = new ArrayList<>();
        for (Entry entry : entries) {
            items.add(
                    CborMap.builder()
                            .put(1, entry.digest)
                            .put(2, entry.size)
                            .put(3, entry.ttlSeconds)
                            .build());
        }
        byte[] payload = CborMap.builder().put(ENTRIES, items).build().encode();
        return CoseSign1.sign(signer, DOMAIN, payload).encoded();
    }

    /**
     * Verifies and reads the signed form.
     *
     * @throws StoqException INTEGRITY, INVALID_REQUEST or TOO_LARGE
     */
    public static Signed verify(byte[] signed) throws StoqException {
        CoseSign1 envelope = CoseSign1.verify(signed, DOMAIN);
        List<?> items = CborMap.decode(envelope.payload()).list(ENTRIES);
        if (items.isEmpty() || items.size() > MAX_ENTRIES) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE, "a list of " + items.size() + " objects");
        }
        List<Entry> entries = new ArrayList<>();
        for (Object item : items) {
            if (!(item instanceof CborMap entry)) {
                throw new StoqException(StoqErrorCode.INVALID_REQUEST, "an entry is a map");
            }
            long size = entry.integer(2);
            long ttl = entry.integer(3);
            if (size < 0 || ttl < 0) {
                throw new StoqException(
                        StoqErrorCode.INVALID_REQUEST,
                        "an object of %d bytes for %d s".formatted(size, ttl));
            }
            entries.add(new Entry(entry.digest(1), size, (int) Math.min(ttl, Integer.MAX_VALUE)));
        }
        return new Signed(envelope.signer(), entries);
    }
}
