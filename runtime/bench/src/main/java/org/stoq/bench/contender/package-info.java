/** What is compared: STOQ, and others that move bytes. Each is one class. */
@NullMarked
package org.stoq.bench.contender;

import org.jspecify.annotations.NullMarked;
