/** {@code stoq demo}: three nodes on this machine, real content, and swaps while requests flow. */
@NullMarked
package org.stoq.cli.demo;

import org.jspecify.annotations.NullMarked;
