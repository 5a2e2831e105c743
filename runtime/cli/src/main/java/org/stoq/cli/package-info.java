/**
 * The command {@code stoq}: one class per command, and what they share.
 *
 * <p>Runs as a plain Java program on a class path. Every command that speaks to a node is a STOQ
 * client with the operator certificate of {@link org.stoq.trust.StoqHome}; there is no second
 * protocol.
 */
@NullMarked
package org.stoq.cli;

import org.jspecify.annotations.NullMarked;
