package org.stoq.store;

import java.io.IOException;
import java.io.Serial;

/** The index file cannot be used. */
final class IndexFailure extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    private final boolean writing;

    /**
     * Creates a failure.
     *
     * @param writing whether the disk refused to write, so that what is in the file may be good
     */
    IndexFailure(String message, boolean writing, Throwable cause) {
        super(message, cause);
        this.writing = writing;
    }

    boolean writing() {
        return writing;
    }
}
