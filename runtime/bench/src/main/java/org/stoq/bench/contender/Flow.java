package org.stoq.bench.contender;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.stoq.client.pattern.Pattern;
import org.stoq.client.pattern.PatternCheck;
import org.stoq.client.pattern.PatternSource;

/**
 * One end of one stream of a measurement: says what to send next and checks what has come. Sans-IO:
 * whoever moves the bytes asks. One thread receives and one sends; the server's end sends only
 * after it has received.
 *
 * <p>The client begins with {@value #HEADER_BYTES} bytes: the number of the stream (7 bytes,
 * big-endian) and the direction. Then the pattern follows, in each direction that was asked for,
 * without an end.
 */
public final class Flow {
    /** Length of what a client sends first. */
    static final int HEADER_BYTES = 8;

    private static final int DIRECTION_BITS = 8;

    /** What stands in the place of a direction where the bytes are to come back. */
    private static final int ECHO = 3;

    /** Longest request, header and all. */
    public static final int MAX_REQUEST_BYTES = 1 << 16;

    private static final long MAX_STREAM = (1L << 55) - 1;

    private final Pattern pattern;
    private final Tally tally;
    private final boolean client;
    private final int round;
    private long stream;
    private Direction direction = Direction.UP;
    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);

    // Set by the receiving thread before the sending one begins.
    private @Nullable PatternCheck check;
    private @Nullable PatternSource source;

    /** What comes back; set by the receiving thread. */
    private @Nullable ByteArrayOutputStream echo;

    private Flow(Pattern pattern, Tally tally, boolean client) {
        this.round = tally.round();
        this.pattern = pattern;
        this.tally = tally;
        this.client = client;
    }

    /**
     * Returns the client's end.
     *
     * @param stream number of the stream, 0 or more; each stream of a round has another
     */
    public static Flow opening(Pattern pattern, Tally tally, Direction direction, long stream) {
        if (stream < 0 || stream > MAX_STREAM) {
            throw new IllegalArgumentException("stream " + stream);
        }
        Flow flow = new Flow(pattern, tally, true);
        flow.header.putLong(stream << DIRECTION_BITS | direction.ordinal()).flip();
        flow.agree(direction, stream);
        return flow;
    }

    /** Returns the server's end, which learns from the first bytes what it is about. */
    public static Flow answering(Pattern pattern, Tally tally) {
        return new Flow(pattern, tally, false);
    }

    /**
     * Returns the bytes of a request, whose answer is to be the same bytes.
     *
     * @param number number of the request, as that of a stream
     * @param length how many bytes, {@value #HEADER_BYTES} to {@value #MAX_REQUEST_BYTES}
     */
    public static ByteBuffer request(Pattern pattern, long number, int length) {
        ByteBuffer request = ByteBuffer.allocateDirect(length);
        request.putLong(number << DIRECTION_BITS | ECHO);
        PatternSource source = new PatternSource(pattern, number);
        while (request.hasRemaining()) {
            request.put(source.next(request.remaining()));
        }
        return request.flip();
    }

    private void agree(Direction direction, long stream) {
        this.direction = direction;
        this.stream = stream;
        // The two directions of a stream are different streams of the pattern.
        long up = 2 * stream;
        long down = up + 1;
        if (client ? direction.up() : direction.down()) {
            source = new PatternSource(pattern, client ? up : down);
        }
        if (client ? direction.down() : direction.up()) {
            check = new PatternCheck(pattern, client ? down : up);
        }
    }

    /** Returns the number of the stream; on a server once its first bytes have come. */
    long stream() {
        return stream;
    }

    /** Returns which way bytes go; on a server once its first bytes have come. */
    Direction direction() {
        return direction;
    }

    /** Takes what has come; consumes all of it. */
    public void received(ByteBuffer bytes) {
        if (!client && header.hasRemaining()) {
            readHeader(bytes);
        }
        if (!bytes.hasRemaining()) {
            return;
        }
        ByteArrayOutputStream back = echo;
        if (back != null) {
            keep(bytes, back);
            return;
        }
        PatternCheck expected = check;
        if (expected == null) {
            tally.corrupt("bytes came where none were asked for");
            bytes.position(bytes.limit());
            return;
        }
        tally.verified(expected.accept(bytes));
        expected.mismatch().ifPresent(tally::corrupt);
    }

    private void keep(ByteBuffer bytes, ByteArrayOutputStream back) {
        if (back.size() + bytes.remaining() > MAX_REQUEST_BYTES) {
            tally.corrupt("a request of more than %,d bytes".formatted(MAX_REQUEST_BYTES));
            bytes.position(bytes.limit());
            return;
        }
        byte[] piece = new byte[bytes.remaining()];
        bytes.get(piece);
        back.write(piece, 0, piece.length);
    }

    /**
     * Returns what to send, and then to end with, now that the peer has ended; null for nothing.
     */
    @Nullable ByteBuffer answer() {
        ByteArrayOutputStream back = echo;
        return back == null ? null : ByteBuffer.wrap(back.toByteArray());
    }

    private void readHeader(ByteBuffer bytes) {
        while (header.hasRemaining() && bytes.hasRemaining()) {
            header.put(bytes.get());
        }
        if (header.hasRemaining()) {
            return;
        }
        long word = header.getLong(0);
        int direction = (int) (word & ((1 << DIRECTION_BITS) - 1));
        if (direction == ECHO) {
            echo = new ByteArrayOutputStream();
            echo.writeBytes(header.array());
            return;
        }
        if (direction >= Direction.values().length) {
            tally.corrupt("a stream began with %016X".formatted(word));
            return;
        }
        agree(Direction.values()[direction], word >>> DIRECTION_BITS);
    }

    /** Notes that the stream has ended, which it should not while its round lasts. */
    void broken(String what) {
        if (round == tally.round()) {
            tally.broken(what);
        }
    }

    /** Returns whether {@link #next} has bytes now, and then always. */
    public boolean sends() {
        return (client && header.hasRemaining()) || source != null;
    }

    /**
     * Returns the next bytes to send.
     *
     * @param maxBytes the most, at least {@value #HEADER_BYTES}
     * @return a view that stays valid; null if there is nothing to send
     */
    public @Nullable ByteBuffer next(int maxBytes) {
        if (client && header.hasRemaining()) {
            ByteBuffer first = header.duplicate();
            header.position(header.limit());
            return first;
        }
        PatternSource bytes = source;
        return bytes == null ? null : bytes.next(maxBytes);
    }
}
