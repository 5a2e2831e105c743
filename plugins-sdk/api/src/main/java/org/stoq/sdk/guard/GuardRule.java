package org.stoq.sdk.guard;

import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Request;

/**
 * One rule that every request must pass before an adapter sees it. An OSGi service; all rules are
 * asked, in the order of their ranking, and the first refusal counts.
 */
@ConsumerType
public interface GuardRule {
    /** Returns the rule's name, for counters and log lines. Always the same. */
    String name();

    /**
     * Judges a request. Called by many threads at once; must not block. A rule that throws refuses
     * the request with INTERNAL.
     *
     * @param nowNanos time in nanoseconds, its zero arbitrary, never going backwards
     */
    Verdict judge(Request request, Caller caller, long nowNanos);
}
