package org.stoq.client.session;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.Frame;

/**
 * Tells a handler what happens to a session, in order, on one virtual thread of its own: the thread
 * that reads the control stream must go on whatever the handler does. When {@value #MAX_WAITING}
 * announcements or {@value #MAX_BYTES} bytes of them wait, the reader waits too, and with it the
 * peer.
 */
final class Events {
    private static final System.Logger LOG = System.getLogger(Events.class.getName());
    private static final int MAX_WAITING = 256;

    /** As much as one frame can hold. */
    private static final int MAX_BYTES = 1 << 16;

    /** Something to tell. */
    @FunctionalInterface
    private interface Event {
        void tell() throws StoqException;
    }

    private final Session session;
    private final SessionHandler handler;
    private final BlockingQueue<Event> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Semaphore room = new Semaphore(MAX_BYTES);
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

    /**
     * Waits until there is room for a frame that is about to be read; to be followed by {@link
     * #announced}, unless the session ends.
     */
    void makeRoom(int frameBytes) throws StoqException {
        try {
            room.acquire(frameBytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
        }
    }

    /**
     * Tells of a frame later.
     *
     * @param frameBytes what {@link #makeRoom} was asked for
     */
    void announced(Frame frame, int frameBytes) throws StoqException {
        try {
            waiting.put(() -> {
                try {
                    handler.announced(session, frame);
                } finally {
                    room.release(frameBytes);
                }
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
        }
    }

    /** The last event. What waits before it concerns a peer that is gone. */
    void closed(StoqException reason) {
        end = reason;
        waiting.clear();
        room.release(MAX_BYTES);
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
