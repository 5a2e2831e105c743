/** The stoq command. */
@NullMarked
package org.stoq.cli;

import org.jspecify.annotations.NullMarked;
