/** The processes that a measurement runs in, and how they are spoken to. */
@NullMarked
package org.stoq.bench.child;

import org.jspecify.annotations.NullMarked;
