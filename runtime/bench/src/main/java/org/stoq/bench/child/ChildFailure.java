package org.stoq.bench.child;

import java.io.IOException;
import java.io.Serial;

/** A child could not do what it was asked, or has ended. */
public final class ChildFailure extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    private final boolean unavailable;

    ChildFailure(String message, boolean unavailable) {
        super(message);
        this.unavailable = unavailable;
    }

    /** Returns whether its contender cannot run on this machine. */
    public boolean unavailable() {
        return unavailable;
    }
}
