package org.stoq.client.session;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.Frame;

/**
 * Tells a handler what happens to a session, in order, on one virtual thread of its own: the thread
 * that reads the control stream must go on whatever the handler does. When {@value #MAX_WAITING}
 * announcements wait, the reader waits too, and with it the peer.
 */
final class Events {
    private static final System.Logger LOG = System.getLogger(Events.class.getName());
    private static final int MAX_WAITING = 256;

    /** Something to tell. */
    @FunctionalInterface
    private interface Event {
        void tell() throws StoqException;
    }

    private final Session session;
    private final SessionHandler handler;
    private final BlockingQueue<Event> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private volatile @Nullable StoqException end;

    Events(Session session, SessionHandler handler) {
        this.session = session;
        this.handler = handler;
    }

    /** The first event; it starts the thread. */
    void opened() {
        Thread.ofVirtual()
                .name("stoq-session-events")
                .start(() -> {
                    tell(() -> handler.opened(session));
                    run();
                });
    }

    void announced(Frame frame) throws StoqException {
        try {
            waiting.put(() -> handler.announced(session, frame));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
        }
    }

    /** The last event. What waits before it concerns a peer that is gone. */
    void closed(StoqException reason) {
        end = reason;
        waiting.clear();
        // Wakes the thread if it waits; if the queue has just been filled it is awake anyway.
        boolean woken = waiting.offer(() -> {});
        LOG.log(System.Logger.Level.TRACE, "event thread woken: {0}", woken);
    }

    private void run() {
        try {
            StoqException reason = end;
            while (reason == null) {
                tell(waiting.take());
                reason = end;
            }
            StoqException last = reason;
            tell(() -> handler.closed(session, last));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(Event event) {
        try {
            event.tell();
        } catch (StoqException e) {
            session.close(e.code(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a session handler failed", e);
        }
    }
}
