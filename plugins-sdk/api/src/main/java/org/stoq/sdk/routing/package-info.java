/**
 * The mesh as a graph, and the way through it.
 *
 * <pre>{@code
 * RouteTable table = algorithm.compute(topology, self, maxHops);
 * Optional<Route> route = table.to(holder);
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.sdk.routing;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
