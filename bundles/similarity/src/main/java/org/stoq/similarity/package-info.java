/** Finds chunks that resemble each other, and encodes their differences. */
@NullMarked
package org.stoq.similarity;

import org.jspecify.annotations.NullMarked;
