package org.stoq.trust;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A key or certificate that cannot be used, and what to do about it. */
public final class TrustException extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    private final String hint;

    TrustException(String message, String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.hint = hint;
    }

    /** Returns what to do next: a command, or an empty text. */
    public String hint() {
        return hint;
    }
}
