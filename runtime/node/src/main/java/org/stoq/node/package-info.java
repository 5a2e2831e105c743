/** Listens, dials, dispatches calls to adapters, and feeds the strategy slots. */
@NullMarked
package org.stoq.node;

import org.jspecify.annotations.NullMarked;
