package org.stoq.content;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/**
 * A purge as nodes pass it on: the arguments of {@code purged}.
 *
 * @param signed its signed form
 * @param told the nodes that the sender tells too; whoever passes the purge on tells these last
 */
record PassedOn(byte[] signed, Set<NodeId> told) {
    /** Most nodes that are named; if there are more none is. */
    static final int MAX_TOLD = 64;

    private static final int SIGNED = 1;
    private static final int TOLD = 2;

    PassedOn {
        told = told.size() > MAX_TOLD ? Set.of() : Set.copyOf(told);
    }

    CborMap toCbor() {
        List<Object> ids = new ArrayList<>();
        told.forEach(id -> ids.add(id.digest().toBytes()));
        return CborMap.builder().put(SIGNED, signed).put(TOLD, ids).build();
    }

    /**
     * Reads the arguments.
     *
     * @throws StoqException TOO_LARGE if too many nodes are named, INVALID_REQUEST if what is named
     *     is none
     */
    static PassedOn of(CborMap arguments) throws StoqException {
        List<?> ids = arguments.has(TOLD) ? arguments.list(TOLD) : List.of();
        if (ids.size() > MAX_TOLD) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE,
                    "%d nodes that were told, where %d may be named"
                            .formatted(ids.size(), MAX_TOLD));
        }
        Set<NodeId> told = new HashSet<>();
        for (Object id : ids) {
            if (!(id instanceof byte[] bytes) || bytes.length != Digest.BYTES) {
                throw new StoqException(StoqErrorCode.INVALID_REQUEST, "a node id has 32 bytes");
            }
            told.add(new NodeId(Digest.copyOf(bytes)));
        }
        return new PassedOn(arguments.bytes(SIGNED), told);
    }
}
