/**
 * Rules over decrypted requests: who may do what, how often.
 *
 * <pre>{@code
 * public Verdict judge(Request request, Caller caller, long nowNanos) {
 *     return request.method().equals("purge") && caller.role() != Role.OPERATOR
 *             ? Verdict.refuse(StoqErrorCode.FORBIDDEN, "only operators purge")
 *             : Verdict.allow();
 * }
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.sdk.guard;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
