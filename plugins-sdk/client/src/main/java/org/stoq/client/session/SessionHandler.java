package org.stoq.client.session;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.PushPromise;

/** What a session does with what the peer begins. The defaults refuse everything politely. */
public interface SessionHandler {
    /** Refuses everything: a client that only asks. */
    SessionHandler NONE = new SessionHandler() {};

    /** Answers a call, on a thread of its own that is interrupted at the call's deadline. */
    default void call(Session session, Call call) throws IOException {
        throw new StoqException(StoqErrorCode.UNSUPPORTED, "no calls are answered here");
    }

    /**
     * Returns whether a call may be answered before the handshake has finished: whoever makes it,
     * and however often somebody who has recorded it makes it again. What is not so waits for the
     * handshake. On the thread of the call; must not block.
     */
    default boolean replaySafe(Session session, Request request) {
        return false;
    }

    /** Takes a stream that carries bytes without a call, on a thread of its own. */
    default void stream(Session session, RawStream stream) throws IOException {
        throw new StoqException(StoqErrorCode.UNSUPPORTED, "no bare streams are taken here");
    }

    /** Takes a pushed object, on a thread of its own. */
    default boolean pushed(Session session, PushPromise promise, ReadableByteChannel body)
            throws IOException {
        return false;
    }

    /** Hears CHUNK_ANNOUNCE and ROUTE_UPDATE, in order, on the session's event thread. */
    default void announced(Session session, Frame frame) throws StoqException {}

    /**
     * The session has begun: the handshake has finished and the peer's SETTINGS are here. On the
     * session's event thread.
     */
    default void opened(Session session) {}

    /**
     * The connection has ended; nothing else is called after this. Not called where {@link #opened}
     * was not.
     */
    default void closed(Session session, StoqException reason) {}
}
