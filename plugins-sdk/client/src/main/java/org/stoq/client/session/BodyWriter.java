package org.stoq.client.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.RstStreamFrame;

/**
 * A body on its way out: DATA frames, as much as the peer gives credit for, when it is this
 * stream's turn. Belongs to one thread; {@link #abort} may come from another.
 */
final class BodyWriter implements WritableByteChannel {
    private final FrameStream stream;
    private final Credit credit;
    private final Turnstile turnstile;
    private final Supplier<Turnstile.Priority> priority;
    private final Runnable atEnd;
    private final AtomicBoolean open = new AtomicBoolean(true);

    /**
     * Creates the writer.
     *
     * @param priority asked before each frame, for it may change
     * @param atEnd called once, when nothing more will be written
     */
    BodyWriter(
            FrameStream stream,
            Credit credit,
            Turnstile turnstile,
            Supplier<Turnstile.Priority> priority,
            Runnable atEnd) {
        this.stream = stream;
        this.credit = credit;
        this.turnstile = turnstile;
        this.priority = priority;
        this.atEnd = atEnd;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        if (!open.get() && !credit.ended()) {
            throw new ClosedChannelException();
        }
        int total = source.remaining();
        while (source.hasRemaining()) {
            int length = credit.take(Math.min(source.remaining(), Frame.MAX_PAYLOAD_BYTES));
            ByteBuffer part = source.slice(source.position(), length);
            try (var _ = turnstile.enter(priority.get())) {
                stream.writeData(part);
            }
            source.position(source.position() + length);
        }
        return total;
    }

    @Override
    public boolean isOpen() {
        return open.get();
    }

    /** Ends the body as it should end. */
    @Override
    public void close() throws IOException {
        if (open.compareAndSet(true, false)) {
            try {
                stream.finish();
            } finally {
                atEnd.run();
            }
        }
    }

    /** Ends the body before its time; the peer gets what was sent, and then the reason. */
    void breakOff(StoqErrorCode code) {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        try {
            stream.finish(new RstStreamFrame(stream.id(), code.wireCode()));
        } catch (IOException e) {
            stream.abort(code);
        } finally {
            atEnd.run();
        }
    }

    /** The peer takes so many bytes more. */
    void addCredit(long bytes) {
        credit.add(bytes);
    }

    /** The peer takes no more: whoever writes learns why. */
    void refused(StoqException reason) {
        credit.end(reason);
    }

    /** Ends the body at once, together with the other direction. */
    void abort(StoqErrorCode code) {
        stream.abort(code);
        credit.end(new StoqException(code, "the stream was given up"));
        if (open.compareAndSet(true, false)) {
            atEnd.run();
        }
    }
}
