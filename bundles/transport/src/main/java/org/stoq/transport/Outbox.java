package org.stoq.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * What was written to a stream and the engine has not taken. A writer waits while its part of the
 * {@link SendRoom} is full of it.
 *
 * <p>Thread-safe.
 */
final class Outbox {
    private static final System.Logger LOG = System.getLogger(Outbox.class.getName());

    /** What is written in small pieces travels in one: a head, a short body, and its end. */
    private static final int SMALL_BYTES = 2 << 10;

    private final QuicStreamChannel channel;
    private final Governor governor;
    private final SendRoom room;
    private final Function<Throwable, StoqException> failureOf;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition sent = lock.newCondition();

    // Guarded by the lock.
    private int unsentBytes;

    /** What the event loop has not taken yet, in order. */
    private final Deque<ByteBuf> waiting = new ArrayDeque<>();

    /** Whether the last of {@link #waiting} ends the stream. */
    private boolean ending;

    private @Nullable StoqException failure;

    /**
     * Makes an empty one.
     *
     * @param governor lets bytes in as the congestion controller allows
     * @param room of this and the other streams of the connection
     * @param failureOf what to say to writers if the engine does not take something
     */
    Outbox(
            QuicStreamChannel channel,
            Governor governor,
            SendRoom room,
            Function<Throwable, StoqException> failureOf) {
        this.channel = channel;
        this.governor = governor;
        this.room = room;
        this.failureOf = failureOf;
    }

    /** Returns how many bytes are best written at once. */
    int partBytes() {
        return room.perStream() / 4;
    }

    /** Returns a buffer for {@link #send}, which has room for more if this is little. */
    ByteBuf buffer(int length) {
        return channel.alloc().directBuffer(Math.max(length, SMALL_BYTES));
    }

    /**
     * Sends all of the buffer, in as many parts as congestion control makes of it, and releases it.
     *
     * @param last whether the stream ends with it
     */
    void send(ByteBuf bytes, boolean last) throws IOException {
        try {
            int length = governor.acquire(bytes.readableBytes());
            while (length < bytes.readableBytes()) {
                sendPart(bytes.readRetainedSlice(length), length, false);
                length = governor.acquire(bytes.readableBytes());
            }
            sendPart(bytes.retain(), length, last);
        } finally {
            bytes.release();
        }
    }

    private void sendPart(ByteBuf bytes, int length, boolean end) throws IOException {
        boolean first;
        try {
            first = put(bytes, length, end);
        } catch (IOException e) {
            bytes.release();
            governor.taken(length);
            throw e;
        }
        if (first) {
            try {
                channel.eventLoop().execute(this::flush);
            } catch (RejectedExecutionException e) {
                LOG.log(System.Logger.Level.TRACE, "the engine has closed, and says so", e);
                flush();
            }
        }
    }

    /** Returns whether nothing was waiting. */
    private boolean put(ByteBuf bytes, int length, boolean end) throws IOException {
        lock.lock();
        try {
            while (unsentBytes > 0 && unsentBytes + length > room.perStream() && failure == null) {
                sent.await();
            }
            if (failure != null) {
                throw Inbox.copyOf(failure);
            }
            unsentBytes += length;
            ending = end;
            ByteBuf tail = waiting.peekLast();
            if (tail != null && tail.writableBytes() >= length) {
                tail.writeBytes(bytes);
                bytes.release();
                return false;
            }
            waiting.add(bytes);
            return tail == null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while waiting", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives the engine what has been written since the event loop was asked. The engine makes a
     * packet of each write at once, so what is merged saves packets, and the system calls for them.
     */
    private void flush() {
        List<ByteBuf> taken;
        boolean end;
        lock.lock();
        try {
            taken = new ArrayList<>(waiting);
            waiting.clear();
            end = ending;
        } finally {
            lock.unlock();
        }
        for (int i = 0; i < taken.size(); i++) {
            ByteBuf bytes = taken.get(i);
            int length = bytes.readableBytes();
            boolean last = end && i == taken.size() - 1;
            channel.writeAndFlush(last ? new DefaultQuicStreamFrame(bytes, true) : bytes)
                    .addListener(future -> written((ChannelFuture) future, length));
        }
    }

    private void written(ChannelFuture future, int length) {
        governor.taken(length);
        @Nullable StoqException reason =
                future.isSuccess() ? null : failureOf.apply(future.cause());
        lock.lock();
        try {
            unsentBytes -= length;
            if (failure == null) {
                failure = reason;
            }
            if (unsentBytes <= room.perStream() / 2 || failure != null) {
                sent.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has writers fail; the first failure counts. */
    void fail(StoqException reason) {
        lock.lock();
        try {
            if (failure == null) {
                failure = reason;
            }
            sent.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
