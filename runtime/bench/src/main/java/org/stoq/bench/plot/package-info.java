/** Drawings of results as SVG files that need nothing else. */
@NullMarked
package org.stoq.bench.plot;

import org.jspecify.annotations.NullMarked;
