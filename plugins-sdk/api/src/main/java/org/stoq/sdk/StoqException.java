package org.stoq.sdk;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A refusal or failure that has a name on the wire.
 *
 * <p>It is an {@link IOException}: whoever works with channels handles it with the rest. Faults of
 * the calling code are {@link IllegalArgumentException} and {@link IllegalStateException} instead.
 */
public class StoqException extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    private final StoqErrorCode code;

    /**
     * Creates an exception.
     *
     * @param code what went wrong, as the peer may learn it
     * @param message one sentence for a person; may cross the wire, so it holds no secret
     */
    public StoqException(StoqErrorCode code, String message) {
        this(code, message, null);
    }

    /** Creates an exception with the failure behind it; the cause never crosses the wire. */
    public StoqException(StoqErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Returns what went wrong. */
    public StoqErrorCode code() {
        return code;
    }
}
