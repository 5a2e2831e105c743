/**
 * How every swappable part of the node is chosen, replaced while in use, and isolated when it
 * fails.
 *
 * <p>A plug-in registers a {@link org.stoq.sdk.strategy.Strategy} as a service. Whoever uses
 * strategies of that kind holds a {@link org.stoq.sdk.strategy.StrategySlot} and asks it for a
 * lease on the active one, call by call:
 *
 * <pre>{@code
 * int length = chunkers.call(chunker -> chunker.cut(bytes, from, to, sizes));
 * }</pre>
 */
@Export
@Version("1.1.0")
@NullMarked
package org.stoq.sdk.strategy;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
