/** Chunks in memory; LRU and aged LFU. */
@NullMarked
package org.stoq.cache;

import org.jspecify.annotations.NullMarked;
