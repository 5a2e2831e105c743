package org.stoq.bench.contender;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.stoq.client.pattern.Pattern;

/**
 * One end of a flow of datagrams. Belongs to its socket's event loop.
 *
 * <p>Each datagram begins with 8 bytes: what it is (1 byte) and a number. DATA carries the pattern
 * from the place that follows from its number; ACK says which number is next; HELLO, the client's
 * first, names the stream and the direction.
 */
final class UdpFlow {
    private static final int HEADER_BYTES = 8;
    private static final int KIND_SHIFT = 56;
    private static final long NUMBER_MASK = (1L << KIND_SHIFT) - 1;
    private static final int HELLO = 0;
    private static final int DATA = 1;
    private static final int ACK = 2;

    /** Less than the receiver's socket holds, whose buffer counts more than the bytes. */
    private static final int WINDOW_BYTES = 1 << 20;

    /** So long without an answer, and what is on its way is lost. */
    private static final long STALL_MILLIS = 20;

    private final Pattern pattern;
    private final Tally tally;
    private final int datagramBytes;
    private final int segments;
    private final InetSocketAddress peer;
    private final boolean sends;
    private final long sentStream;
    private final long receivedStream;
    private final int windowDatagrams;

    private long nextNumber;
    private long acknowledged;
    private long acknowledgedAtTick;
    private long expected;
    private boolean toAcknowledge;
    private boolean begun;

    UdpFlow(
            Setup setup,
            int segments,
            InetSocketAddress peer,
            long stream,
            Direction direction,
            boolean client) {
        this.pattern = setup.pattern();
        this.tally = setup.tally();
        this.datagramBytes = setup.datagramBytes();
        this.segments = segments;
        this.peer = peer;
        this.sends = client ? direction.up() : direction.down();
        this.sentStream = 2 * stream + (client ? 0 : 1);
        this.receivedStream = 2 * stream + (client ? 1 : 0);
        this.windowDatagrams = Math.max(2 * segments, WINDOW_BYTES / datagramBytes);
    }

    static ByteBuf hello(ByteBufAllocator allocator, long stream, Direction direction) {
        return allocator
                .directBuffer(HEADER_BYTES + 1)
                .writeLong(header(HELLO, stream))
                .writeByte(direction.ordinal());
    }

    static boolean isHello(ByteBuf bytes) {
        return bytes.readableBytes() == HEADER_BYTES + 1
                && kind(bytes) == HELLO
                && bytes.getByte(bytes.readerIndex() + HEADER_BYTES) < Direction.values().length;
    }

    static long streamOf(ByteBuf hello) {
        return number(hello);
    }

    static Direction directionOf(ByteBuf hello) {
        return Direction.values()[hello.getByte(hello.readerIndex() + HEADER_BYTES)];
    }

    private static long header(int kind, long number) {
        return (long) kind << KIND_SHIFT | number;
    }

    private static int kind(ByteBuf bytes) {
        return (int) (bytes.getLong(bytes.readerIndex()) >>> KIND_SHIFT);
    }

    private static long number(ByteBuf bytes) {
        return bytes.getLong(bytes.readerIndex()) & NUMBER_MASK;
    }

    /** Answers the client's hello, and begins to send if this end does. */
    void begin(ChannelHandlerContext context) {
        toAcknowledge = true;
        start(context);
    }

    private void start(ChannelHandlerContext context) {
        if (begun) {
            return;
        }
        begun = true;
        if (sends) {
            fill(context);
            tick(context);
        }
    }

    private void tick(ChannelHandlerContext context) {
        context.executor()
                .schedule(
                        () -> {
                            if (!context.channel().isActive()) {
                                return;
                            }
                            if (acknowledged == acknowledgedAtTick) {
                                acknowledged = nextNumber;
                                fill(context);
                                context.flush();
                            }
                            acknowledgedAtTick = acknowledged;
                            tick(context);
                        },
                        STALL_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private void fill(ChannelHandlerContext context) {
        while (nextNumber - acknowledged + segments <= windowDatagrams
                && context.channel().isWritable()) {
            ByteBuf batch = context.alloc().directBuffer(segments * datagramBytes);
            for (int i = 0; i < segments; i++) {
                batch.writeLong(header(DATA, nextNumber));
                int payload = datagramBytes - HEADER_BYTES;
                long position = nextNumber * payload;
                while (payload > 0) {
                    ByteBuffer part = pattern.at(sentStream, position, payload);
                    position += part.remaining();
                    payload -= part.remaining();
                    batch.writeBytes(part);
                }
                nextNumber++;
            }
            context.write(
                    segments == 1
                            ? new DatagramPacket(batch, peer)
                            : new SegmentedDatagramPacket(batch, datagramBytes, peer));
        }
    }

    /** Takes a datagram, which stays its caller's. */
    void received(ChannelHandlerContext context, ByteBuf bytes) {
        if (bytes.readableBytes() < HEADER_BYTES) {
            tally.corrupt("a datagram of %d bytes".formatted(bytes.readableBytes()));
            return;
        }
        long number = number(bytes);
        switch (kind(bytes)) {
            case DATA -> {
                toAcknowledge = true;
                // One that comes after a later one was counted as lost, and stays so.
                if (number >= expected) {
                    tally.lost(number - expected);
                    expected = number + 1;
                    check(number, bytes);
                }
            }
            case ACK -> {
                acknowledged = Math.max(acknowledged, Math.min(number, nextNumber));
                start(context);
            }
            case HELLO -> toAcknowledge = true;
            default -> tally.corrupt("a datagram of kind " + kind(bytes));
        }
    }

    private void check(long number, ByteBuf bytes) {
        int payload = bytes.readableBytes() - HEADER_BYTES;
        if (payload != datagramBytes - HEADER_BYTES) {
            tally.corrupt(
                    "datagram %,d has %d bytes of %d"
                            .formatted(number, bytes.readableBytes(), datagramBytes));
            return;
        }
        ByteBuffer got = bytes.internalNioBuffer(bytes.readerIndex() + HEADER_BYTES, payload);
        long position = number * payload;
        while (got.hasRemaining()) {
            ByteBuffer want = pattern.at(receivedStream, position, got.remaining());
            int length = want.remaining();
            ByteBuffer part = got.slice(got.position(), length);
            if (part.mismatch(want) >= 0) {
                tally.corrupt("datagram %,d is not what was sent".formatted(number));
                return;
            }
            got.position(got.position() + length);
            position += length;
        }
        tally.verified(payload);
    }

    /** All that had come was taken: answers it and sends what there is room for; does not flush. */
    void readComplete(ChannelHandlerContext context) {
        if (toAcknowledge) {
            toAcknowledge = false;
            ByteBuf answer = context.alloc().directBuffer(HEADER_BYTES);
            context.write(new DatagramPacket(answer.writeLong(header(ACK, expected)), peer));
        }
        if (sends && begun) {
            fill(context);
        }
    }
}
