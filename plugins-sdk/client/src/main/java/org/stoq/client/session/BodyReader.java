package org.stoq.client.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.FrameType;

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
    private OptionalLong announced = OptionalLong.empty();
    private boolean noMoreCredit;

    /** Read by whoever ends the call, perhaps another thread. */
    private volatile boolean ended;

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

    /** Takes a body of exactly this length, if one was announced. */
    BodyReader expecting(OptionalLong bytes) {
        this.announced = bytes;
        return this;
    }

    /**
     * {@inheritDoc}
     *
     * @throws StoqException INVALID_REQUEST if the body has another length than was announced; what
     *     the peer breaks it off with
     */
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
        int read;
        try {
            read = stream.readPayload(target);
        } finally {
            target.limit(limit);
        }
        inFrame -= read;
        unacknowledged += read;
        if (unacknowledged >= window / 2 && !noMoreCredit) {
            granted += unacknowledged;
            credits.give(unacknowledged);
            unacknowledged = 0;
        }
        return read;
    }

    private void begin(@Nullable FrameHeader header) throws IOException {
        if (header == null) {
            ended = true;
            requireAnnounced(received < announced.orElse(received));
            return;
        }
        if (header.type() == FrameType.RST_STREAM) {
            ended = true;
            stream.throwReset(header);
        }
        if (header.type() != FrameType.DATA) {
            throw stream.violation(
                    StoqErrorCode.PROTOCOL_VIOLATION, header.type() + " within a body");
        }
        received += header.length();
        if (received > granted) {
            throw stream.violation(
                    StoqErrorCode.CREDIT_EXCEEDED,
                    "%d bytes where %d were granted".formatted(received, granted));
        }
        requireAnnounced(received > announced.orElse(received));
        inFrame = header.length();
    }

    private void requireAnnounced(boolean broken) throws StoqException {
        if (broken) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    "a body of %d bytes where %d were announced"
                            .formatted(received, announced.orElse(received)));
        }
    }

    /** Reads to the peer's end, throwing everything away. Blocks. */
    void discard() throws IOException {
        ByteBuffer waste = ByteBuffer.allocate(1 << 14);
        while (read(waste) >= 0) {
            waste.clear();
        }
    }

    /** The same for a peer that must stop: it gets no credit any more. */
    void discardWithoutCredit() throws IOException {
        noMoreCredit = true;
        announced = OptionalLong.empty();
        discard();
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
