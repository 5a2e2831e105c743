/**
 * QUIC over Netty's codec and quiche: {@link org.stoq.transport.NettyTransport} and what it is made
 * of.
 *
 * <p>Event loops own the channels; virtual threads block in {@link org.stoq.transport.NettyStream},
 * which is the bounded queue between the two.
 */
@NullMarked
package org.stoq.transport;

import org.jspecify.annotations.NullMarked;
