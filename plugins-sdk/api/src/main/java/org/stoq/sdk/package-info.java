/**
 * The words that every part of a STOQ node shares: digests, node ids, error codes.
 *
 * <pre>{@code
 * Digest digest = Digest.of(bytes);
 * if (!digest.equals(expected)) {
 *     throw new StoqException(StoqErrorCode.INTEGRITY, "chunk " + expected + " arrived damaged");
 * }
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.sdk;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
