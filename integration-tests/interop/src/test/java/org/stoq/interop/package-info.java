/**
 * Our transport against other implementations of QUIC, as a client and as a server.
 *
 * <p>What is claimed of a handshake is read off the wire where that can be done: the parts of
 * packets that are not encrypted say enough (RFC 9000 s.17).
 */
@NullMarked
package org.stoq.interop;

import org.jspecify.annotations.NullMarked;
