/**
 * STOQ on one QUIC connection: the control streams, calls in both directions, pushes, and the rules
 * that keep both sides honest. Used by clients and by the node alike.
 *
 * <pre>{@code
 * Session session = Session.open(connection, SessionOptions.DEFAULT, handler);
 * try (Reply reply = session.call(Request.of("content", "ls", CborMap.EMPTY))) {
 *     print(reply.response().results());
 * }
 * }</pre>
 */
@NullMarked
package org.stoq.client.session;

import org.jspecify.annotations.NullMarked;
