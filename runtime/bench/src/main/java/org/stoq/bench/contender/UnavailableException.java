package org.stoq.bench.contender;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A contender cannot run on this machine, or not with these settings; the message says why. */
public final class UnavailableException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    UnavailableException(String reason, @Nullable Throwable cause) {
        super(reason, cause);
    }
}
