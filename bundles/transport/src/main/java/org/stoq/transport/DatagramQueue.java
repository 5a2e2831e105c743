package org.stoq.transport;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Datagrams (RFC 9221) that have arrived and that nobody has taken yet. The event loop adds, any
 * thread takes. When {@value #MAX_WAITING} wait, the oldest goes: who reads datagrams wants the
 * newest.
 */
final class DatagramQueue {
    static final int MAX_WAITING = 64;

    private final Supplier<StoqException> endOfConnection;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final Queue<ByteBuffer> waiting = new ArrayDeque<>();
    private boolean ended;

    /**
     * Makes an empty queue.
     *
     * @param endOfConnection why the connection has ended, asked once it has
     */
    DatagramQueue(Supplier<StoqException> endOfConnection) {
        this.endOfConnection = endOfConnection;
    }

    /** Adds what has arrived; the buffer is copied and released. */
    void add(ByteBuf arrived) {
        ByteBuffer copy = ByteBuffer.allocate(arrived.readableBytes());
        arrived.readBytes(copy);
        arrived.release();
        copy.flip();
        lock.lock();
        try {
            if (waiting.size() == MAX_WAITING) {
                waiting.remove();
            }
            waiting.add(copy);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next datagram. */
    ByteBuffer take() throws StoqException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !ended) {
                changed.await();
            }
            @Nullable ByteBuffer next = waiting.poll();
            if (next == null) {
                throw endOfConnection.get();
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while receiving", e);
        } finally {
            lock.unlock();
        }
    }

    /** The connection has ended: what waits can still be taken. */
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
