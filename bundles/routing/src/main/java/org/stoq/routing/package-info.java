/** The mesh as a graph, and exact Dijkstra over it. */
@NullMarked
package org.stoq.routing;

import org.jspecify.annotations.NullMarked;
