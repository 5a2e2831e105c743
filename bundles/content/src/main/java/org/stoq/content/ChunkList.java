package org.stoq.content;

import java.util.ArrayList;
import java.util.List;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborLimits;
import org.stoq.sdk.cbor.CborReader;
import org.stoq.sdk.cbor.CborWriter;

/**
 * Lists of chunk references, as they stand in manifests and in list chunks.
 *
 * <p>A list is a flat CBOR array: digest, length, digest, length. An object whose list would not
 * fit a manifest is a tree: the manifest refers to list chunks, which refer to content, or to
 * further lists. {@value #MAX_REFS} references to a list and {@value #MAX_DEPTH} levels reach past
 * any disk.
 */
final class ChunkList {
    /** Most references in one list. */
    static final int MAX_REFS = 1_024;

    /** Most levels of list chunks between a manifest and the content. */
    static final int MAX_DEPTH = 4;

    private static final CborLimits LIMITS = new CborLimits(2, 2 * MAX_REFS + 1, 64 << 10);

    private ChunkList() {}

    static List<Object> toCbor(List<ChunkRef> refs) {
        List<Object> flat = new ArrayList<>(2 * refs.size());
        for (ChunkRef ref : refs) {
            flat.add(ref.digest().toBytes());
            flat.add(ref.length());
        }
        return flat;
    }

    static List<ChunkRef> ofCbor(List<?> flat) throws StoqException {
        if (flat.size() % 2 != 0 || flat.size() > 2 * MAX_REFS) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE, "a chunk list of " + flat.size() + " items");
        }
        List<ChunkRef> refs = new ArrayList<>(flat.size() / 2);
        for (int i = 0; i < flat.size(); i += 2) {
            if (!(flat.get(i) instanceof byte[] digest)
                    || digest.length != Digest.BYTES
                    || !(flat.get(i + 1) instanceof Long length)
                    || length < 1) {
                throw new StoqException(
                        StoqErrorCode.INVALID_REQUEST, "a chunk list is digest, length, …");
            }
            refs.add(new ChunkRef(Digest.copyOf(digest), length));
        }
        return refs;
    }

    /** Returns the plain bytes of a list chunk. */
    static byte[] encode(List<ChunkRef> refs) {
        CborWriter writer = new CborWriter();
        writer.array(2 * refs.size());
        for (ChunkRef ref : refs) {
            writer.bytes(ref.digest().toBytes()).integer(ref.length());
        }
        return writer.toBytes();
    }

    /**
     * Reads the plain bytes of a list chunk, whose digest was verified.
     *
     * @param length bytes of content that its reference claims
     * @throws StoqException INTEGRITY if it lists another length
     */
    static List<ChunkRef> decode(byte[] plain, long length) throws StoqException {
        CborReader reader = new CborReader(plain, LIMITS);
        int items = reader.array();
        List<ChunkRef> refs = new ArrayList<>();
        long listed = 0;
        for (int i = 0; i < items; i += 2) {
            byte[] digest = reader.bytes();
            long bytes = reader.integer();
            if (digest.length != Digest.BYTES || bytes < 1 || bytes > length - listed) {
                throw new StoqException(
                        StoqErrorCode.INTEGRITY, "a list chunk with impossible entries");
            }
            refs.add(new ChunkRef(Digest.copyOf(digest), bytes));
            listed += bytes;
        }
        reader.finish();
        if (listed != length) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY,
                    "a list chunk of %d bytes where %d were promised".formatted(listed, length));
        }
        return refs;
    }
}
