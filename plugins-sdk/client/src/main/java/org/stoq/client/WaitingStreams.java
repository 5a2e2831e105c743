package org.stoq.client;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.client.session.RawStream;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** Keeps the peer's streams until somebody accepts them; too many are refused. Thread-safe. */
final class WaitingStreams implements SessionHandler {
    /** Most streams that wait. */
    static final int MAX_WAITING = 64;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final Queue<RawStream> waiting = new ArrayDeque<>();
    private boolean ended;

    /**
     * Takes a stream in. Returns when it or its connection has ended: the session forgets it then.
     */
    @Override
    public void stream(Session session, RawStream stream) throws IOException {
        lock.lock();
        try {
            if (waiting.size() >= MAX_WAITING) {
                throw new StoqException(StoqErrorCode.RATE_LIMITED, "too many streams wait");
            }
            waiting.add(stream);
            changed.signal();
        } finally {
            lock.unlock();
        }
        CompletableFuture.anyOf(
                        stream.closed().toCompletableFuture(),
                        session.closed().toCompletableFuture())
                .join();
    }

    /**
     * Waits for a stream. Blocks; an interrupt gives up.
     *
     * @return the stream, or nothing once the connection has ended and none is left
     */
    Optional<RawStream> next() throws StoqException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !ended) {
                changed.await();
            }
            return Optional.ofNullable(waiting.poll());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while accepting", e);
        } finally {
            lock.unlock();
        }
    }

    /** Nothing comes any more. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
