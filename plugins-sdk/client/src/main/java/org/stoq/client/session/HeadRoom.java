package org.stoq.client.session;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Memory for the heads of all streams of one session that have not come whole: a peer that begins
 * many and ends none gets no more of it than a peer that begins one. A head that finds no room
 * waits for others to end, and costs nothing meanwhile. Thread-safe.
 *
 * <p>Room is taken once, for what a first frame says. A block that goes on in CONTINUATION frames
 * would have to take more while it holds some, and two of them could wait for each other. So such
 * blocks go on one at a time, beside the room.
 */
final class HeadRoom {
    /** Room for many calls of the usual size, or for a few of the largest. */
    static final int BYTES = 32 << 10;

    /** More than can ever be asked for. */
    private static final int NO_LIMIT = 1 << 30;

    private final Semaphore room;
    private final int bytes;
    private final Semaphore beside = new Semaphore(1, true);
    private final Duration patience;

    /** Room that is taken until it is closed. */
    @FunctionalInterface
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Creates empty room.
     *
     * @param maxHeaderBytes the longest head that is taken; it has room even where that is little
     * @param patience how long a head may wait, as long as it may take
     */
    HeadRoom(int maxHeaderBytes, Duration patience) {
        this.bytes = Math.max(BYTES, maxHeaderBytes);
        this.room = new Semaphore(bytes, true);
        this.patience = patience;
    }

    /**
     * Takes room for the first frame of a head, before it is read.
     *
     * @throws StoqException DEADLINE_EXCEEDED if there is none in time, CANCELLED at an interrupt
     */
    Place take(int frameBytes) throws StoqException {
        return take(room, Math.min(frameBytes, bytes));
    }

    /** Waits until no other block goes on in CONTINUATION frames; as {@link #take(int)}. */
    Place takeTurn() throws StoqException {
        return take(beside, 1);
    }

    /** The session is over: nobody waits any more, for there is nothing left to read. */
    void end() {
        room.release(NO_LIMIT);
        beside.release(NO_LIMIT);
    }

    private Place take(Semaphore from, int permits) throws StoqException {
        try {
            if (from.tryAcquire(permits, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return () -> from.release(permits);
            }
            throw new StoqException(
                    StoqErrorCode.DEADLINE_EXCEEDED, "heads that do not end are in the way");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while waiting", e);
        }
    }
}
