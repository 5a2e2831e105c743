package org.stoq.sdk.strategy;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * One way of doing something that an operator can choose by name: a cache policy, a chunker, a
 * transport.
 *
 * <p>A strategy is registered as an OSGi service under the interface that extends this one. It must
 * be safe for use by several threads; state that belongs to one use is in the object that the
 * strategy makes for that use.
 */
@ConsumerType
public interface Strategy {
    /** Regular expression of a name. */
    String NAME_PATTERN = "[a-z0-9._-]{1,64}";

    /**
     * Returns the name by which the configuration chooses this strategy, such as {@code lru}:
     * lower-case letters, digits, {@code -}, {@code _} and {@code .}, at most 64. Always the same,
     * never blocks.
     */
    String name();
}
