package org.stoq.plugins;

import java.io.Serial;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** A file that ends before the jar does: somebody is still copying it, or the copy broke off. */
final class IncompleteJarException extends StoqException {
    @Serial private static final long serialVersionUID = 1L;

    IncompleteJarException(String message) {
        super(StoqErrorCode.INVALID_REQUEST, message);
    }
}
