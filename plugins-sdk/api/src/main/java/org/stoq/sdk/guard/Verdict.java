package org.stoq.sdk.guard;

import java.util.Optional;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * What a rule says of a request.
 *
 * @param refusal why not; empty if the request may pass
 */
public record Verdict(Optional<StoqException> refusal) {
    private static final Verdict ALLOW = new Verdict(Optional.empty());

    /** Lets the request pass. */
    public static Verdict allow() {
        return ALLOW;
    }

    /**
     * Refuses the request.
     *
     * @param reason one sentence that the caller may read
     */
    public static Verdict refuse(StoqErrorCode code, String reason) {
        return new Verdict(Optional.of(new StoqException(code, reason)));
    }
}
