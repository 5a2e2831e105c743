/** Drawings of results, as SVG documents and PNG images. */
@NullMarked
package org.stoq.bench.plot;

import org.jspecify.annotations.NullMarked;
