package org.stoq.launcher;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A node that cannot start; the message is for a person. */
final class LaunchException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    LaunchException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
