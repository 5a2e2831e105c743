package org.stoq.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.codec.quic.QuicStreamType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.QuicStream;

/**
 * One QUIC stream: the handler of its channel, on the event loop, between the {@link Inbox} and the
 * {@link Outbox} of the threads that use it.
 */
final class NettyStream extends ChannelInboundHandlerAdapter implements QuicStream {
    private static final System.Logger LOG = System.getLogger(NettyStream.class.getName());

    /** How long a reader who asks for much waits for it, where more than a little has come. */
    private static final int QUIET_MICROS = 200;

    private final QuicStreamChannel channel;
    private final boolean early;
    private final Supplier<StoqException> endOfConnection;
    private final Inbox inbox;
    private final Outbox outbox;

    /** Whether {@link #gathered} is about to run; belongs to the event loop. */
    private boolean gathering;

    /** Whether {@link #quiet} is about to run; belongs to the event loop. */
    private boolean waking;

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
        this.early = early;
        this.endOfConnection = endOfConnection;
        this.inbox = new Inbox(() -> whileTheLoopRuns(channel::read));
        this.outbox = new Outbox(channel, governor, room, this::failureOf);
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
        return target.hasRemaining() ? inbox.read(target) : 0;
    }

    @Override
    public boolean readable() {
        return inbox.readable();
    }

    @Override
    public void whenReadable(Runnable then) {
        inbox.whenReadable(then);
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            int length = Math.min(source.remaining(), outbox.partBytes());
            ByteBuffer part = source.slice(source.position(), length);
            outbox.send(outbox.buffer(length).writeBytes(part), false);
            source.position(source.position() + length);
        }
    }

    @Override
    public void write(ByteBuffer header, ByteBuffer payload) throws IOException {
        int length = header.remaining() + payload.remaining();
        outbox.send(outbox.buffer(length).writeBytes(header).writeBytes(payload), false);
    }

    @Override
    public void finish(ByteBuffer last) throws IOException {
        if (!last.hasRemaining()) {
            throw new IllegalArgumentException("FIN needs a byte to travel on");
        }
        outbox.send(outbox.buffer(last.remaining()).writeBytes(last), true);
    }

    private StoqException failureOf(Throwable cause) {
        if (cause instanceof ChannelOutputShutdownException) {
            // The engine does not tell the code of STOP_SENDING; a reset beside it does.
            StoqException told = inbox.failure();
            return told != null
                    ? told
                    : new StoqException(StoqErrorCode.CANCELLED, "the peer reads no more of this");
        }
        return endOfConnection.get();
    }

    @Override
    public void abort(StoqErrorCode code) {
        fail(new StoqException(code, "the stream was given up"));
        inbox.discard();
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

    private void fail(StoqException failure) {
        inbox.fail(failure);
        outbox.fail(failure);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.fireChannelActive();
        channel.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (inbox.add((ByteBuf) message) && !gathering) {
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
        if (!inbox.wakeIfWorthwhile() && !waking) {
            waking = true;
            channel.eventLoop().schedule(this::quiet, QUIET_MICROS, TimeUnit.MICROSECONDS);
        }
        if (!inbox.pauseIfFull()) {
            channel.read();
        }
    }

    /** Whoever waits for more gets what there is. */
    private void quiet() {
        waking = false;
        inbox.wake();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inbox.end();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof QuicStreamResetException reset) {
            // The codec would queue what is written after the engine has forgotten the stream, so a
            // reset of one direction is taken for both; our own resets always are.
            fail(CloseReasons.of(reset));
            inbox.discard();
            context.close();
        } else {
            fail(new StoqException(StoqErrorCode.INTERNAL, "the stream failed: " + cause, cause));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(endOfConnection.get());
        inbox.moveToHeap();
    }
}
