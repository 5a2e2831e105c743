/** A plug-in as a stranger would write it. */
@NullMarked
package org.stoq.example.cachepolicy;

import org.jspecify.annotations.NullMarked;
