/** Folder trees on their way into a node and back, without trust in what a node names. */
@NullMarked
package org.stoq.cli.tree;

import org.jspecify.annotations.NullMarked;
