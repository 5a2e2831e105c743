package org.stoq.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.QuicStream;

/**
 * One QUIC stream, and the bounded queues between its event loop and the threads that use it.
 *
 * <p>The event loop fills the queue of received buffers and stops reading when {@value
 * #MAX_RECEIVED_BYTES} bytes wait there; QUIC's flow control then holds the peer back. A writer
 * blocks while its part of the {@link SendRoom} is full of what the engine has not taken.
 */
final class NettyStream extends ChannelInboundHandlerAdapter implements QuicStream {
    private static final System.Logger LOG = System.getLogger(NettyStream.class.getName());

    /**
     * The default credit of STOQ and the headers of its frames: what a reader that has stopped was
     * sent waits here, and does not fill the connection's window.
     */
    private static final int MAX_RECEIVED_BYTES = (2 << 20) + (128 << 10);

    /** What is written in small pieces travels in one: a head, a short body, and its end. */
    private static final int SMALL_BYTES = 2 << 10;

    /**
     * A reader who asks for much, where more than a little has come, is woken when this much is
     * there or {@value #QUIET_MICROS} microseconds are over: each wake-up costs as much as some
     * packets.
     */
    private static final int MUCH_BYTES = 128 << 10;

    private static final int LITTLE_BYTES = 4 << 10;
    private static final int QUIET_MICROS = 200;

    private final QuicStreamChannel channel;
    private final Governor governor;
    private final SendRoom room;
    private final boolean early;
    private final Supplier<StoqException> endOfConnection;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition sent = lock.newCondition();

    /** Whether {@link #gathered} is about to run; belongs to the event loop. */
    private boolean gathering;

    /** Whether {@link #quiet} is about to run; belongs to the event loop. */
    private boolean waking;

    // Guarded by the lock.
    private final Deque<ByteBuf> received = new ArrayDeque<>();
    private int receivedBytes;

    /** What the last read asked for, {@value #MUCH_BYTES} at most. */
    private int wantedBytes;

    private int unsentBytes;

    /** What the event loop has not taken yet, in order. */
    private final Deque<ByteBuf> outbox = new ArrayDeque<>();

    /** Whether the last of {@link #outbox} ends the stream. */
    private boolean ending;

    private Unread unread = Unread.POOLED;
    private boolean ended;
    private boolean paused;
    private @Nullable StoqException readFailure;
    private @Nullable StoqException writeFailure;

    /** What becomes of bytes that nobody has read. */
    private enum Unread {
        POOLED,
        ON_HEAP,
        DISCARDED
    }

    /**
     * Wraps a channel, which gets it as its only handler.
     *
     * @param governor lets bytes in as the congestion controller allows
     * @param room of this and the other streams of the connection
     * @param early whether the peer opened it before the handshake had finished
     * @param endOfConnection why the connection has ended, asked once it has
     */
    NettyStream(
            QuicStreamChannel channel,
            Governor governor,
            SendRoom room,
            boolean early,
            Supplier<StoqException> endOfConnection) {
        this.channel = channel;
        this.governor = governor;
        this.room = room;
        this.early = early;
        this.endOfConnection = endOfConnection;
    }

    @Override
    public long id() {
        return channel.streamId();
    }

    @Override
    public boolean bidirectional() {
        return channel.type() == QuicStreamType.BIDIRECTIONAL;
    }

    @Override
    public boolean early() {
        return early;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!target.hasRemaining()) {
            return 0;
        }
        List<ByteBuf> taken = new ArrayList<>();
        lock.lock();
        try {
            wantedBytes = Math.min(target.remaining(), MUCH_BYTES);
            while (received.isEmpty() && !ended && readFailure == null) {
                await(arrived);
            }
            if (received.isEmpty()) {
                if (readFailure != null) {
                    throw copyOf(readFailure);
                }
                return -1;
            }
            int bytes = 0;
            while (bytes < target.remaining() && !received.isEmpty()) {
                ByteBuf head = received.remove();
                bytes += head.readableBytes();
                taken.add(head);
            }
        } finally {
            lock.unlock();
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
        taken(target.position() - before, rest);
        return target.position() - before;
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
            if (paused && receivedBytes < MAX_RECEIVED_BYTES / 2) {
                paused = false;
                whileTheLoopRuns(channel::read);
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

    @Override
    public void write(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            int length = Math.min(source.remaining(), room.perStream() / 4);
            ByteBuffer part = source.slice(source.position(), length);
            send(buffer(length).writeBytes(part), false);
            source.position(source.position() + length);
        }
    }

    @Override
    public void write(ByteBuffer header, ByteBuffer payload) throws IOException {
        int length = header.remaining() + payload.remaining();
        send(buffer(length).writeBytes(header).writeBytes(payload), false);
    }

    /** Has room for more if this is little. */
    private ByteBuf buffer(int length) {
        return channel.alloc().directBuffer(Math.max(length, SMALL_BYTES));
    }

    /** Sends all of the buffer, in as many parts as congestion control makes of it. */
    private void send(ByteBuf bytes, boolean last) throws IOException {
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
            first = putIntoOutbox(bytes, length, end);
        } catch (IOException e) {
            bytes.release();
            governor.taken(length);
            throw e;
        }
        if (first) {
            try {
                channel.eventLoop().execute(this::sendOutbox);
            } catch (RejectedExecutionException e) {
                LOG.log(System.Logger.Level.TRACE, "the engine has closed, and says so", e);
                sendOutbox();
            }
        }
    }

    /** Returns whether the outbox was empty. */
    private boolean putIntoOutbox(ByteBuf bytes, int length, boolean end) throws IOException {
        lock.lock();
        try {
            while (unsentBytes > 0
                    && unsentBytes + length > room.perStream()
                    && writeFailure == null) {
                await(sent);
            }
            if (writeFailure != null) {
                throw copyOf(writeFailure);
            }
            unsentBytes += length;
            ending = end;
            ByteBuf tail = outbox.peekLast();
            if (tail != null && tail.writableBytes() >= length) {
                tail.writeBytes(bytes);
                bytes.release();
                return false;
            }
            outbox.add(bytes);
            return tail == null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives the engine what has been written since the event loop was asked. The engine makes a
     * packet of each write at once, so what is merged saves packets, and the system calls for them.
     */
    private void sendOutbox() {
        List<ByteBuf> taken;
        boolean end;
        lock.lock();
        try {
            taken = new ArrayList<>(outbox);
            outbox.clear();
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
        lock.lock();
        try {
            unsentBytes -= length;
            if (!future.isSuccess() && writeFailure == null) {
                writeFailure = failureOf(future.cause());
            }
            if (unsentBytes <= room.perStream() / 2 || writeFailure != null) {
                sent.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private StoqException failureOf(Throwable cause) {
        if (cause instanceof ChannelOutputShutdownException) {
            // The engine does not tell the code of STOP_SENDING; a reset beside it does.
            return readFailure != null
                    ? readFailure
                    : new StoqException(StoqErrorCode.CANCELLED, "the peer reads no more of this");
        }
        return endOfConnection.get();
    }

    @Override
    public void finish(ByteBuffer last) throws IOException {
        if (!last.hasRemaining()) {
            throw new IllegalArgumentException("FIN needs a byte to travel on");
        }
        send(buffer(last.remaining()).writeBytes(last), true);
    }

    @Override
    public void abort(StoqErrorCode code) {
        StoqException failure = new StoqException(code, "the stream was given up");
        fail(failure, failure);
        discard();
        if (channel.isOpen()) {
            whileTheLoopRuns(
                    () -> shutdown((int) code.wireCode()).addListener(done -> channel.close()));
        }
    }

    /**
     * Asks something of the event loop, which an engine that closes has ended, and the stream too.
     */
    private static void whileTheLoopRuns(Runnable request) {
        try {
            request.run();
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.TRACE, "the engine has closed", e);
        }
    }

    /** Ends the directions that there are. */
    private ChannelFuture shutdown(int wireCode) {
        if (bidirectional()) {
            return channel.shutdown(wireCode);
        }
        return channel.isLocalCreated()
                ? channel.shutdownOutput(wireCode)
                : channel.shutdownInput(wireCode);
    }

    private void fail(StoqException forReaders, StoqException forWriters) {
        lock.lock();
        try {
            if (readFailure == null && !ended) {
                readFailure = forReaders;
            }
            if (writeFailure == null) {
                writeFailure = forWriters;
            }
            arrived.signalAll();
            sent.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void discard() {
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

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.fireChannelActive();
        channel.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        lock.lock();
        try {
            if (readFailure != null) {
                bytes.release();
                return;
            }
            received.add(bytes);
            receivedBytes += bytes.readableBytes();
        } finally {
            lock.unlock();
        }
        if (!gathering) {
            gathering = true;
            ReadBatch batch = channel.parent().parent().attr(ReadBatch.KEY).get();
            if (!batch.add(this)) {
                channel.eventLoop().execute(this::gathered);
            }
        }
    }

    /**
     * The event loop has dealt with all packets that it had: what the engine holds of this stream
     * is fetched in one piece, and the reader woken once. Waking it for every packet would cost
     * more than the packets.
     */
    void gathered() {
        channel.read();
        gathering = false;
        lock.lock();
        try {
            paused = receivedBytes > MAX_RECEIVED_BYTES;
            if (receivedBytes <= LITTLE_BYTES || receivedBytes >= wantedBytes || ended) {
                arrived.signal();
            } else if (!waking) {
                waking = true;
                channel.eventLoop().schedule(this::quiet, QUIET_MICROS, TimeUnit.MICROSECONDS);
            }
            if (paused) {
                return;
            }
        } finally {
            lock.unlock();
        }
        channel.read();
    }

    /** Whoever waits for more gets what there is. */
    private void quiet() {
        waking = false;
        lock.lock();
        try {
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            lock.lock();
            try {
                ended = true;
                arrived.signalAll();
            } finally {
                lock.unlock();
            }
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof QuicStreamResetException reset) {
            // The codec would queue what is written after the engine has forgotten the stream, so a
            // reset of one direction is taken for both; our own resets always are.
            StoqException failure = CloseReasons.of(reset);
            fail(failure, failure);
            discard();
            context.close();
        } else {
            StoqException failure =
                    new StoqException(StoqErrorCode.INTERNAL, "the stream failed: " + cause, cause);
            fail(failure, failure);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        StoqException failure = endOfConnection.get();
        fail(failure, failure);
        moveUnreadToHeap();
    }

    /** What is left can still be read, and is no leak where nobody ever does. */
    private void moveUnreadToHeap() {
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

    @SuppressWarnings("WaitNotInLoop") // the callers loop
    private static void await(Condition condition) throws StoqException {
        try {
            condition.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while waiting", e);
        }
    }

    /** A fresh exception, so that its stack trace is that of the thread that gets it. */
    private static StoqException copyOf(StoqException failure) {
        return new StoqException(failure.code(), String.valueOf(failure.getMessage()), failure);
    }
}
