/** Cutting files as a node would, without one: {@code stoq chunk stat}. */
@NullMarked
package org.stoq.cli.chunk;

import org.jspecify.annotations.NullMarked;
