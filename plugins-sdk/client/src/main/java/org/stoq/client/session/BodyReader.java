package org.stoq.client.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.FrameType;
import org.stoq.sdk.frame.RstStreamFrame;

/** A body as it arrives; gives the peer new credit for what was read. Belongs to one thread. */
final class BodyReader implements ReadableByteChannel {
    /** Gives the peer credit for so many bytes more. */
    @FunctionalInterface
    interface CreditGiver {
        void give(long bytes) throws IOException;
    }

    private final FrameStream stream;
    private final int window;
    private final CreditGiver credits;

    /** Bytes of the current DATA frame that are still to come. */
    private int inFrame;

    private long granted;
    private long received;
    private long unacknowledged;
    private boolean ended;
    private boolean discarding;

    /**
     * Creates the reader.
     *
     * @param window how many bytes the peer may send before it gets new credit
     */
    BodyReader(FrameStream stream, int window, CreditGiver credits) {
        this.stream = stream;
        this.window = window;
        this.granted = window;
        this.credits = credits;
    }

    /** Starts with a DATA frame whose header was read already. */
    BodyReader startingWith(FrameHeader first) throws IOException {
        begin(first);
        return this;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!target.hasRemaining()) {
            return 0;
        }
        while (inFrame == 0 && !ended) {
            begin(stream.next());
        }
        if (ended) {
            return -1;
        }
        int limit = target.limit();
        target.limit(target.position() + Math.min(target.remaining(), inFrame));
        int read = stream.readPayload(target);
        target.limit(limit);
        inFrame -= read;
        unacknowledged += read;
        if (unacknowledged >= window / 2 && !discarding) {
            granted += unacknowledged;
            credits.give(unacknowledged);
            unacknowledged = 0;
        }
        return read;
    }

    private void begin(@Nullable FrameHeader header) throws IOException {
        if (header == null) {
            ended = true;
            return;
        }
        if (header.type() == FrameType.RST_STREAM) {
            ended = true;
            RstStreamFrame reset = (RstStreamFrame) stream.read(header);
            StoqErrorCode code =
                    StoqErrorCode.ofWireCode(reset.errorCode()).orElse(StoqErrorCode.INTERNAL);
            throw new StoqException(code, "the peer broke the body off");
        }
        if (header.type() != FrameType.DATA) {
            throw new StoqException(
                    StoqErrorCode.PROTOCOL_VIOLATION, header.type() + " within a body");
        }
        received += header.length();
        if (received > granted) {
            throw new StoqException(
                    StoqErrorCode.CREDIT_EXCEEDED,
                    "%d bytes where %d were granted".formatted(received, granted));
        }
        inFrame = header.length();
    }

    /** Reads what the peer has credit for and throws it away. Blocks until the peer's end. */
    void discard() throws IOException {
        discarding = true;
        ByteBuffer waste = ByteBuffer.allocate(1 << 14);
        while (read(waste) >= 0) {
            waste.clear();
        }
    }

    /** Returns whether the peer's end was seen. */
    boolean ended() {
        return ended;
    }

    @Override
    public boolean isOpen() {
        return !ended;
    }

    /** Does nothing: the call ends its stream. */
    @Override
    public void close() {}
}
