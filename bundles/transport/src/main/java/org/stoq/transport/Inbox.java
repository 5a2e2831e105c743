package org.stoq.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * What a stream has received and nobody has read. Its event loop adds, a reader takes; when {@value
 * #MAX_BYTES} bytes wait here the loop adds no more until half of them are gone, and QUIC's flow
 * control holds the peer back.
 *
 * <p>Thread-safe.
 */
final class Inbox {
    /**
     * The default credit of STOQ and the headers of its frames: what a reader that has stopped was
     * sent waits here, and does not fill the connection's window.
     */
    private static final int MAX_BYTES = (2 << 20) + (128 << 10);

    /**
     * A reader who asks for much, where more than a little has come, is woken when this much is
     * there: each wake-up costs as much as some packets.
     */
    private static final int MUCH_BYTES = 128 << 10;

    private static final int LITTLE_BYTES = 4 << 10;

    private final Runnable resume;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();

    // Guarded by the lock.
    private final Deque<ByteBuf> received = new ArrayDeque<>();
    private int receivedBytes;

    /** What the last read asked for, {@value #MUCH_BYTES} at most. */
    private int wantedBytes;

    private Unread unread = Unread.POOLED;
    private boolean ended;
    private boolean paused;
    private @Nullable StoqException failure;

    /** Somebody who waits without a thread. */
    private @Nullable Runnable whenReadable;

    /** What becomes of bytes that nobody has read. */
    private enum Unread {
        POOLED,
        ON_HEAP,
        DISCARDED
    }

    /**
     * Makes an empty one.
     *
     * @param resume called on a reader's thread when there is room again after {@link #pauseIfFull}
     */
    Inbox(Runnable resume) {
        this.resume = resume;
    }

    /**
     * Waits for bytes.
     *
     * @return how many were put into the target, which has room; -1 at the end of the stream
     * @throws StoqException if it has failed, or the thread is interrupted
     */
    int read(ByteBuffer target) throws StoqException {
        List<ByteBuf> taken = take(target.remaining());
        if (taken.isEmpty()) {
            return -1;
        }
        // Not under the lock: the event loop would wait for the copying.
        int before = target.position();
        @Nullable ByteBuf rest = null;
        for (ByteBuf bytes : taken) {
            moveInto(target, bytes);
            if (bytes.isReadable()) {
                rest = bytes;
            } else {
                bytes.release();
            }
        }
        int length = target.position() - before;
        taken(length, rest);
        return length;
    }

    /** Returns whether there are bytes, or the end. */
    boolean readable() {
        lock.lock();
        try {
            return !received.isEmpty() || ended || failure != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs something once when it is {@link #readable}: now, or on the thread that sees to that.
     */
    void whenReadable(Runnable then) {
        lock.lock();
        try {
            if (!readable()) {
                whenReadable = then;
                return;
            }
        } finally {
            lock.unlock();
        }
        then.run();
    }

    /** Wakes whoever waits for bytes or the end. */
    void wake() {
        Runnable then;
        lock.lock();
        try {
            arrived.signalAll();
            then = whenReadable;
            whenReadable = null;
        } finally {
            lock.unlock();
        }
        if (then != null) {
            then.run();
        }
    }

    /** Waits for bytes and takes so many, and what is left of the last buffer; none at the end. */
    private List<ByteBuf> take(int wanted) throws StoqException {
        List<ByteBuf> taken = new ArrayList<>();
        lock.lock();
        try {
            wantedBytes = Math.min(wanted, MUCH_BYTES);
            while (received.isEmpty() && !ended && failure == null) {
                arrived.await();
            }
            if (received.isEmpty() && failure != null) {
                throw copyOf(failure);
            }
            int bytes = 0;
            while (bytes < wanted && !received.isEmpty()) {
                ByteBuf head = received.remove();
                bytes += head.readableBytes();
                taken.add(head);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while waiting", e);
        } finally {
            lock.unlock();
        }
        return taken;
    }

    /** Copies what there is room for. */
    private static void moveInto(ByteBuffer target, ByteBuf bytes) {
        int length = Math.min(target.remaining(), bytes.readableBytes());
        int limit = target.limit();
        target.limit(target.position() + length);
        bytes.readBytes(target);
        target.limit(limit);
    }

    /**
     * Notes that a reader has taken bytes.
     *
     * @param rest what it had no room for, of the last buffer
     */
    private void taken(int length, @Nullable ByteBuf rest) {
        lock.lock();
        try {
            if (rest != null) {
                putBack(rest);
            }
            if (unread == Unread.DISCARDED) {
                return;
            }
            receivedBytes -= length;
            if (paused && receivedBytes < MAX_BYTES / 2) {
                paused = false;
                resume.run();
            }
        } finally {
            lock.unlock();
        }
    }

    private void putBack(ByteBuf rest) {
        switch (unread) {
            case POOLED -> received.addFirst(rest);
            case ON_HEAP -> received.addFirst(onHeap(rest));
            case DISCARDED -> rest.release();
        }
    }

    private static ByteBuf onHeap(ByteBuf pooled) {
        try {
            return Unpooled.copiedBuffer(pooled);
        } finally {
            pooled.release();
        }
    }

    /**
     * Adds a buffer, and wakes nobody yet.
     *
     * @return false if the stream has failed; then the buffer is released
     */
    boolean add(ByteBuf bytes) {
        lock.lock();
        try {
            if (failure != null) {
                bytes.release();
                return false;
            }
            received.add(bytes);
            receivedBytes += bytes.readableBytes();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes the reader if that pays: for little, for the end, or for as much as it asked for. */
    boolean wakeIfWorthwhile() {
        if (!worthwhile()) {
            return false;
        }
        wake();
        return true;
    }

    private boolean worthwhile() {
        lock.lock();
        try {
            return receivedBytes <= LITTLE_BYTES || receivedBytes >= wantedBytes || ended;
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether nothing more is to be added until there is room again. */
    boolean pauseIfFull() {
        lock.lock();
        try {
            paused = receivedBytes > MAX_BYTES;
            return paused;
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will come, and all has come. */
    void end() {
        lock.lock();
        try {
            ended = true;
        } finally {
            lock.unlock();
        }
        wake();
    }

    /** Has readers fail, once they have read what is here; the first failure counts. */
    void fail(StoqException reason) {
        lock.lock();
        try {
            if (failure == null && !ended) {
                failure = reason;
            }
        } finally {
            lock.unlock();
        }
        wake();
    }

    /** Returns with what readers fail; null if they do not. */
    @Nullable StoqException failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /** Throws away what is here, and what comes yet. */
    void discard() {
        lock.lock();
        try {
            received.forEach(ReferenceCountUtil::release);
            received.clear();
            receivedBytes = 0;
            unread = Unread.DISCARDED;
        } finally {
            lock.unlock();
        }
    }

    /** What is left can still be read, and is no leak where nobody ever does. */
    void moveToHeap() {
        lock.lock();
        try {
            for (int count = received.size(); count > 0; count--) {
                received.add(onHeap(received.remove()));
            }
            if (unread == Unread.POOLED) {
                unread = Unread.ON_HEAP;
            }
        } finally {
            lock.unlock();
        }
    }

    /** A fresh exception, so that its stack trace is that of the thread that gets it. */
    static StoqException copyOf(StoqException failure) {
        return new StoqException(failure.code(), String.valueOf(failure.getMessage()), failure);
    }
}
