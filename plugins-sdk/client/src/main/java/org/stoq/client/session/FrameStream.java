package org.stoq.client.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.DataFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameCodec;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.FrameType;
import org.stoq.sdk.frame.RstStreamFrame;
import org.stoq.sdk.transport.QuicStream;

/** Frames on one QUIC stream. One thread reads, one writes. */
final class FrameStream {
    /** What is held for a payload before any of it has come. */
    private static final int FIRST_BYTES = 64;

    private final QuicStream quic;
    private final boolean control;
    private final Violations violations;
    private final ByteBuffer headerIn = ByteBuffer.allocate(Frame.HEADER_BYTES);
    private final ByteBuffer headerOut = ByteBuffer.allocate(Frame.HEADER_BYTES);

    /** Wraps a stream; a control stream carries other types of frame than the rest. */
    FrameStream(QuicStream quic, boolean control, Violations violations) {
        this.quic = quic;
        this.control = control;
        this.violations = violations;
    }

    /**
     * Returns the same stream as a control stream, once its first frame has shown that it is one.
     */
    FrameStream asControl() {
        return new FrameStream(quic, true, violations);
    }

    long id() {
        return quic.id();
    }

    boolean bidirectional() {
        return quic.bidirectional();
    }

    /**
     * Reads the next frame's header. Blocks.
     *
     * @return the header, or null at the end of the stream
     * @throws StoqException if a frame breaks off, or does not belong on this stream: the
     *     connection has ended then
     */
    @Nullable FrameHeader next() throws IOException {
        FrameHeader header = nextOfAnyKind();
        if (header == null) {
            return null;
        }
        if (header.type() != FrameType.RST_STREAM && header.type().onControlStream() != control) {
            throw violation(
                    StoqErrorCode.PROTOCOL_VIOLATION,
                    "%s on stream %d".formatted(header.type(), id()));
        }
        if (!control) {
            requireAboutThis(header);
        }
        return header;
    }

    /** Requires that a frame is about the stream it came on (decision 8). */
    void requireAboutThis(FrameHeader header) throws StoqException {
        if (header.streamId() != id()) {
            throw violation(
                    StoqErrorCode.STREAM_MISMATCH,
                    "%s about stream %d on stream %d"
                            .formatted(header.type(), header.streamId(), id()));
        }
    }

    /** Ends the connection and returns what to throw. */
    StoqException violation(StoqErrorCode code, String what) {
        return violations.found(code, what);
    }

    /** Reads a header without asking whether it belongs here: the first one shows what this is. */
    @Nullable FrameHeader nextOfAnyKind() throws IOException {
        headerIn.clear();
        if (!fill(headerIn)) {
            return null;
        }
        try {
            return FrameHeader.read(headerIn.flip());
        } catch (StoqException e) {
            violations.end(e);
            throw e;
        }
    }

    boolean readable() {
        return quic.readable();
    }

    void whenReadable(Runnable then) {
        quic.whenReadable(then);
    }

    /** Reads the payload that follows a header. Blocks. */
    Frame read(FrameHeader header) throws IOException {
        byte[] payload = readExactly(header.length());
        try {
            return FrameCodec.decode(header, payload);
        } catch (StoqException e) {
            if (Session.endsConnection(e.code())) {
                violations.end(e);
            }
            throw e;
        }
    }

    /** Reads so many bytes; what is held grows with what has come, whatever was announced. */
    private byte[] readExactly(int length) throws IOException {
        ByteBuffer read = ByteBuffer.allocate(Math.min(length, FIRST_BYTES));
        while (read.hasRemaining()) {
            if (!fill(read)) {
                throw brokenOff();
            }
            if (read.capacity() < length) {
                int larger = Math.min(length, 2 * read.capacity());
                read = ByteBuffer.allocate(larger).put(read.flip());
            }
        }
        return read.array();
    }

    /** Throws what an RST_STREAM frame says, if this is one; such a stream is at its end. */
    void throwReset(FrameHeader header) throws IOException {
        if (header.type() == FrameType.RST_STREAM) {
            RstStreamFrame reset = (RstStreamFrame) read(header);
            StoqErrorCode code =
                    StoqErrorCode.ofWireCode(reset.errorCode()).orElse(StoqErrorCode.INTERNAL);
            throw new StoqException(code, "the peer broke the stream off");
        }
    }

    /** Reads bytes of a payload straight to where they are wanted. Blocks for at least one. */
    int readPayload(ByteBuffer target) throws IOException {
        int read = quic.read(target);
        if (read < 0) {
            throw brokenOff();
        }
        return read;
    }

    /** Returns false if the stream ends before the first byte. */
    private boolean fill(ByteBuffer target) throws IOException {
        int start = target.position();
        while (target.hasRemaining()) {
            if (quic.read(target) < 0) {
                if (target.position() == start) {
                    return false;
                }
                throw brokenOff();
            }
        }
        return true;
    }

    private StoqException brokenOff() {
        return violation(
                StoqErrorCode.FRAME_MALFORMED, "stream %d ends within a frame".formatted(id()));
    }

    void write(Frame frame) throws IOException {
        quic.write(ByteBuffer.wrap(FrameCodec.encode(frame)));
    }

    /** Writes a DATA frame without copying its payload. */
    void writeData(ByteBuffer payload) throws IOException {
        headerOut.clear();
        new FrameHeader(FrameType.DATA, id(), payload.remaining()).write(headerOut);
        quic.write(headerOut.flip(), payload);
    }

    /** Writes the last frame, with FIN. */
    void finish(Frame frame) throws IOException {
        quic.finish(ByteBuffer.wrap(FrameCodec.encode(frame)));
    }

    /** Ends the stream with an empty DATA frame, for FIN needs a byte to travel on. */
    void finish() throws IOException {
        finish(new DataFrame(id(), new byte[0]));
    }

    void abort(StoqErrorCode code) {
        quic.abort(code);
    }
}
