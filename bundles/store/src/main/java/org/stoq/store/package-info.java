/**
 * The chunk store of a node: an encrypted log of segments, and an index that is derived from it.
 */
@NullMarked
package org.stoq.store;

import org.jspecify.annotations.NullMarked;
