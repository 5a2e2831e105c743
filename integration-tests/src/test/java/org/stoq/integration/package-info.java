/** Tests of what is shipped, and what they share. */
@NullMarked
package org.stoq.integration;

import org.jspecify.annotations.NullMarked;
