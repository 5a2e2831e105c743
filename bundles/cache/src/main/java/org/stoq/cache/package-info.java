/** Chunks in memory, and what decides which of them stay. */
@NullMarked
package org.stoq.cache;

import org.jspecify.annotations.NullMarked;
