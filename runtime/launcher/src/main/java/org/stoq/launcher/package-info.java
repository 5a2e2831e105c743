/** Embeds Felix and starts the node in it. */
@NullMarked
package org.stoq.launcher;

import org.jspecify.annotations.NullMarked;
