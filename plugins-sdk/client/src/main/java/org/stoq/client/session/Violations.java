package org.stoq.client.session;

import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Where it is said that the peer has broken the protocol. The connection ends at that moment,
 * whatever the code that meets the exception makes of it.
 */
@FunctionalInterface
interface Violations {
    /** Ends the connection. */
    void end(StoqException reason);

    /** Ends the connection and returns what to throw. */
    default StoqException found(StoqErrorCode code, String what) {
        StoqException reason = new StoqException(code, what);
        end(reason);
        return reason;
    }
}
