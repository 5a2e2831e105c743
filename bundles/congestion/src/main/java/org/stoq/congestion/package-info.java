/** Congestion controllers: LEDBAT++, Copa, NewReno and CUBIC. */
@NullMarked
package org.stoq.congestion;

import org.jspecify.annotations.NullMarked;
