package org.stoq.content;

import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/**
 * What a file system remembers of a file beside its bytes.
 *
 * @param kind what it is
 * @param mode POSIX permission bits, 0 to 0777; 0 where unknown
 * @param modifiedMillis time of the last change, milliseconds since 1970 UTC; 0 where unknown
 */
record Attributes(Kind kind, int mode, long modifiedMillis) {
    private static final int KIND = 1;
    private static final int MODE = 2;
    private static final int MODIFIED = 3;

    static final Attributes FILE = new Attributes(Kind.FILE, 0, 0);

    /** What an object stands for. The order is that of the wire. */
    enum Kind {
        /** Content. */
        FILE,
        /** A symbolic link: the content is the path it leads to. */
        SYMLINK,
        /** A directory that has nothing in it. */
        DIRECTORY,
        /** Nothing any more: the name was removed. */
        TOMBSTONE
    }

    CborMap toCbor() {
        return CborMap.builder()
                .put(KIND, (long) kind.ordinal())
                .put(MODE, (long) mode)
                .put(MODIFIED, modifiedMillis)
                .build();
    }

    static Attributes of(CborMap map) throws StoqException {
        long kind = map.findInteger(KIND).orElse(0);
        long mode = map.findInteger(MODE).orElse(0);
        if (kind < 0 || kind >= Kind.values().length || mode < 0 || mode > 0777) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, "attributes of kind " + kind + ", mode " + mode);
        }
        return new Attributes(
                Kind.values()[(int) kind], (int) mode, map.findInteger(MODIFIED).orElse(0));
    }
}
