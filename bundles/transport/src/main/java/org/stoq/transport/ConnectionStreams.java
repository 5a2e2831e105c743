package org.stoq.transport;

import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.QuicStream;

/**
 * The streams of one connection: how many each side has open, and which of the peer's wait to be
 * accepted. They are counted here and not by QUIC's own limit, because the codec gives no sign when
 * MAX_STREAMS arrives, and loses a stream id with every attempt that comes too early.
 *
 * <p>Any thread opens and accepts; the peer's streams come on the event loop.
 */
final class ConnectionStreams {
    /** The highest id whose low 32 bits are not taken for the connection itself (decision 8). */
    private static final long MAX_STREAM_ID = 0xFFFF_FFFEL;

    /** The peer sees a stream end later than we do, so it may open some before it has noticed. */
    private static final int SLACK = 2;

    private final QuicChannel channel;
    private final int maxStreams;
    private final Governor governor;
    private final BooleanSupplier shakenHands;
    private final BooleanSupplier ended;
    private final Supplier<StoqException> endReason;
    private final SendRoom sendRoom = new SendRoom();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition room = lock.newCondition();

    // Guarded by the lock.
    private @Nullable Consumer<QuicStream> taker;
    private final Queue<NettyStream> waiting = new ArrayDeque<>();
    private final Count ownBidirectional = new Count();
    private final Count ownUnidirectional = new Count();
    private final Count peerBidirectional = new Count();
    private final Count peerUnidirectional = new Count();

    /** Whether {@link #announce} is about to run; belongs to the event loop. */
    private boolean announcing;

    /** How many streams of one kind and one side are open. */
    private static final class Count {
        private int open;
    }

    /**
     * Begins without streams.
     *
     * @param maxStreams how many of each kind each side may have open
     * @param governor paces what they send
     * @param shakenHands whether the handshake has ended: what the peer opens before is early data
     * @param ended whether the connection has
     * @param endReason why, for those who come too late
     */
    ConnectionStreams(
            QuicChannel channel,
            int maxStreams,
            Governor governor,
            BooleanSupplier shakenHands,
            BooleanSupplier ended,
            Supplier<StoqException> endReason) {
        this.channel = channel;
        this.maxStreams = maxStreams;
        this.governor = governor;
        this.shakenHands = shakenHands;
        this.ended = ended;
        this.endReason = endReason;
    }

    /** Opens a stream. Blocks while as many are open as may be. */
    NettyStream open(boolean bidirectional) throws StoqException {
        Count count = bidirectional ? ownBidirectional : ownUnidirectional;
        takePlace(count);
        List<NettyStream> made = new ArrayList<>(1);
        Future<QuicStreamChannel> creation =
                channel.createStream(
                        bidirectional
                                ? QuicStreamType.BIDIRECTIONAL
                                : QuicStreamType.UNIDIRECTIONAL,
                        new ChannelInitializer<QuicStreamChannel>() {
                            @Override
                            protected void initChannel(QuicStreamChannel stream) {
                                made.add(attach(stream));
                            }
                        });
        try {
            QuicStreamChannel stream = Waiting.on(creation);
            stream.closeFuture().addListener(end -> givePlaceBack(count));
            if (stream.streamId() > MAX_STREAM_ID) {
                stream.close();
                throw new StoqException(
                        StoqErrorCode.UNAVAILABLE,
                        "this connection has used up its stream ids; open another");
            }
            return made.getFirst();
        } catch (InterruptedException e) {
            // Nobody will use it: it goes as soon as it comes.
            creation.addListener(opening -> {
                givePlaceBack(count);
                if (creation.isSuccess()) {
                    creation.getNow().close();
                }
            });
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while opening", e);
        } catch (ExecutionException e) {
            givePlaceBack(count);
            if (ended.getAsBoolean() || !channel.isOpen()) {
                throw endReason.get();
            }
            throw new StoqException(
                    StoqErrorCode.INTERNAL, "cannot open a stream: " + e.getCause(), e);
        }
    }

    private void takePlace(Count count) throws StoqException {
        lock.lock();
        try {
            while (count.open >= maxStreams && !ended.getAsBoolean()) {
                room.await();
            }
            if (ended.getAsBoolean()) {
                throw endReason.get();
            }
            count.open++;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while opening", e);
        } finally {
            lock.unlock();
        }
    }

    private void givePlaceBack(Count count) {
        lock.lock();
        try {
            count.open--;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next stream of the peer. */
    NettyStream accept() throws StoqException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !ended.getAsBoolean()) {
                arrived.await();
            }
            NettyStream stream = waiting.poll();
            if (stream == null) {
                throw endReason.get();
            }
            return stream;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while accepting", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The peer has opened a stream. Runs on the event loop.
     *
     * @return false if it has used up the ids that streams may have: the connection must end
     */
    boolean arrived(QuicStreamChannel stream) {
        NettyStream attached = attach(stream);
        if (stream.streamId() > MAX_STREAM_ID) {
            return false;
        }
        Count count = attached.bidirectional() ? peerBidirectional : peerUnidirectional;
        lock.lock();
        try {
            count.open++;
            if (count.open > SLACK * maxStreams) {
                attached.abort(StoqErrorCode.RATE_LIMITED);
            } else {
                waiting.add(attached);
            }
        } finally {
            lock.unlock();
        }
        if (!announcing) {
            announcing = true;
            if (!channel.parent().attr(ReadBatch.KEY).get().add(this)) {
                channel.eventLoop().execute(this::announce);
            }
        }
        stream.closeFuture().addListener(end -> givePlaceBack(count));
        return true;
    }

    private NettyStream attach(QuicStreamChannel stream) {
        boolean early = !shakenHands.getAsBoolean() && !stream.isLocalCreated();
        NettyStream attached = new NettyStream(stream, governor, sendRoom, early, endReason);
        sendRoom.opened();
        stream.closeFuture().addListener(end -> sendRoom.closed());
        // It asks for what has arrived when it pays.
        stream.config().setAutoRead(false);
        stream.config().setAllocator(channel.parent().alloc());
        stream.pipeline().addLast(attached);
        return attached;
    }

    /** Hands over what has come and what comes, on the event loop, instead of {@link #accept}. */
    void onStream(Consumer<QuicStream> taker) {
        lock.lock();
        try {
            this.taker = taker;
        } finally {
            lock.unlock();
        }
        channel.eventLoop().execute(this::announce);
    }

    /** Tells of new streams, once for all that a batch of packets has opened. */
    void announce() {
        announcing = false;
        Consumer<QuicStream> told;
        List<NettyStream> handedOver = List.of();
        lock.lock();
        try {
            told = taker;
            if (told == null) {
                arrived.signalAll();
            } else {
                handedOver = List.copyOf(waiting);
                waiting.clear();
            }
        } finally {
            lock.unlock();
        }
        if (told != null) {
            handedOver.forEach(told);
        }
    }

    /** Wakes everybody who waits: the connection has ended. */
    void wake() {
        lock.lock();
        try {
            arrived.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
