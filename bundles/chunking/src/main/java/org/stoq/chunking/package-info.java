/** Chunkers (FastCDC, Rabin) and compressors (zstd, lz4). */
@NullMarked
package org.stoq.chunking;

import org.jspecify.annotations.NullMarked;
