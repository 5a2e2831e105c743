package org.stoq.store;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** What lies at a place of the log is not the record that was written there. */
final class DamagedRecordException extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    DamagedRecordException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
