package org.stoq.store;

import org.jspecify.annotations.Nullable;

/** What a record of the log says; the number is written. */
enum RecordType {
    /** A chunk is here. */
    CHUNK(1),
    /** A name is bound. */
    BIND(2),
    /** A name is forgotten. */
    UNBIND(3),
    /** A chunk is forgotten. */
    FORGET(4),
    /** Nothing: made for the position in its header, up to which the log was durable. */
    MARK(5),
    /** A chunk is here, as its difference from another. */
    DELTA(6);

    final int code;

    RecordType(int code) {
        this.code = code;
    }

    /** Returns whether such a record holds a chunk. */
    boolean isChunk() {
        return this == CHUNK || this == DELTA;
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
