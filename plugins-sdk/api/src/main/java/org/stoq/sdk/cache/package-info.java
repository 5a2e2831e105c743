/**
 * Which chunks stay in memory.
 *
 * <p>A {@link org.stoq.sdk.cache.CachePolicy} decides what leaves a full cache, and never sees the
 * bytes. The cache itself belongs to the node.
 *
 * <pre>{@code
 * EvictionOrder order = policy.start(capacityBytes);
 * order.admitted(digest, weightBytes, nowNanos);
 * order.hit(digest, nowNanos);
 * Digest victim = order.victim();
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.sdk.cache;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
