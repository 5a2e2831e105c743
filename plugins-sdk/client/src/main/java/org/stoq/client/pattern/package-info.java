/**
 * The bytes that a benchmark sends: {@link org.stoq.client.pattern.Pattern}, and the check that
 * they have all come, once, in order (docs/spec/node.md).
 */
@NullMarked
package org.stoq.client.pattern;

import org.jspecify.annotations.NullMarked;
