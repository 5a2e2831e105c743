package org.stoq.sdk.frame;

import java.nio.charset.StandardCharsets;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/**
 * An object that is pushed.
 *
 * @param digest digest of its bytes
 * @param size how many bytes follow, 1 to 1,048,576
 * @param kind what it is
 * @param name the name it is about, at most 1,024 bytes of UTF-8; empty for none
 */
public record PushPromise(Digest digest, int size, Kind kind, String name) {
    private static final int MAX_SIZE = 1 << 20;
    private static final int MAX_NAME_BYTES = 1_024;
    private static final int DIGEST = 1;
    private static final int SIZE = 2;
    private static final int KIND = 3;
    private static final int NAME = 4;

    /** What is pushed. The order is that of the wire. */
    public enum Kind {
        /** A signed manifest. */
        MANIFEST,
        /** A chunk, encoded. */
        CHUNK
    }

    /** Checks the ranges. */
    public PushPromise {
        if (size < 1
                || size > MAX_SIZE
                || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("a push of " + size + " bytes for '" + name + "'");
        }
    }

    CborMap toCbor() {
        return CborMap.builder()
                .put(DIGEST, digest)
                .put(SIZE, size)
                .put(KIND, kind.ordinal())
                .put(NAME, name)
                .build();
    }

    static PushPromise of(CborMap map) throws StoqException {
        map.refuseUnknownCritical();
        long kind = map.integer(KIND);
        if (kind < 0 || kind >= Kind.values().length) {
            throw new StoqException(StoqErrorCode.UNSUPPORTED, "a push of kind " + kind);
        }
        try {
            return new PushPromise(
                    map.digest(DIGEST),
                    Math.toIntExact(map.integer(SIZE)),
                    Kind.values()[(int) kind],
                    map.text(NAME));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new StoqException(StoqErrorCode.TOO_LARGE, String.valueOf(e.getMessage()), e);
        }
    }
}
