package org.stoq.client.session;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.Frame;

/**
 * Tells a handler what happens to a session, in order, one thing at a time, on a virtual thread
 * that is there only while there is something to tell: the thread that reads the control stream
 * must go on whatever the handler does, and an idle session shall not keep one more. When {@value
 * #MAX_WAITING} announcements or {@value #MAX_BYTES} bytes of them wait, the reader waits too, and
 * with it the peer.
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
    private final Semaphore places = new Semaphore(MAX_WAITING);
    private final Semaphore room = new Semaphore(MAX_BYTES);
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final Queue<Event> announcements = new ArrayDeque<>();
    private final Queue<Event> firstAndLast = new ArrayDeque<>(2);
    private boolean begun;
    private boolean telling;
    private @Nullable StoqException end;

    Events(Session session, SessionHandler handler) {
        this.session = session;
        this.handler = handler;
    }

    /**
     * The first event. A session that has ended before is told of all the same, and then its end.
     */
    void opened() {
        lock.lock();
        try {
            begun = true;
            firstAndLast.add(() -> handler.opened(session));
            StoqException reason = end;
            if (reason != null) {
                firstAndLast.add(() -> handler.closed(session, reason));
            }
            beginToTell();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until there is room for a frame that is about to be read; to be followed by {@link
     * #announced}, unless the session ends.
     */
    void makeRoom(int frameBytes) throws StoqException {
        acquire(room, frameBytes);
    }

    /**
     * Tells of a frame later.
     *
     * @param frameBytes what {@link #makeRoom} was asked for
     */
    void announced(Frame frame, int frameBytes) throws StoqException {
        acquire(places, 1);
        lock.lock();
        try {
            if (end == null) {
                announcements.add(() -> {
                    try {
                        handler.announced(session, frame);
                    } finally {
                        places.release();
                        room.release(frameBytes);
                    }
                });
                beginToTell();
            }
        } finally {
            lock.unlock();
        }
    }

    private static void acquire(Semaphore semaphore, int permits) throws StoqException {
        try {
            semaphore.acquire(permits);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
        }
    }

    /** The last event. What waits before it concerns a peer that is gone. */
    void closed(StoqException reason) {
        lock.lock();
        try {
            end = reason;
            announcements.clear();
            if (begun) {
                firstAndLast.add(() -> handler.closed(session, reason));
                beginToTell();
            }
        } finally {
            lock.unlock();
        }
        places.release(MAX_WAITING);
        room.release(MAX_BYTES);
    }

    /** Starts the thread if none is telling; the lock is held. */
    private void beginToTell() {
        if (begun && !telling) {
            telling = true;
            Thread.ofVirtual().name("stoq-session-events").start(this::tellAll);
        }
    }

    private void tellAll() {
        Event next = next();
        while (next != null) {
            tell(next);
            next = next();
        }
    }

    private @Nullable Event next() {
        lock.lock();
        try {
            // The last one comes when nothing is announced any more, so it may stand before those.
            Event event = firstAndLast.poll();
            if (event == null) {
                event = announcements.poll();
            }
            telling = event != null;
            return event;
        } finally {
            lock.unlock();
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
