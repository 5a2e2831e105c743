package org.stoq.store;

import org.jspecify.annotations.Nullable;

/** What a record of the log says; the number is written. */
enum RecordType {
    /** A chunk. */
    CHUNK(1),
    /** A name is bound: digest of the manifest, name. */
    BIND(2),
    /** A name is forgotten: number of the segment in which that was first said, name. */
    UNBIND(3),
    /** Chunks are forgotten: digest, segment and offset of each. */
    DROP(4),
    /** Space whose write failed; not encrypted, says nothing. */
    VOID(5);

    final int code;

    RecordType(int code) {
        this.code = code;
    }

    static @Nullable RecordType of(int code) {
        for (RecordType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }
}
