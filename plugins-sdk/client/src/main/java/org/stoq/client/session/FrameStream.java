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
import org.stoq.sdk.transport.QuicStream;

/** Frames on one QUIC stream. One thread reads, one writes. */
final class FrameStream {
    private final QuicStream quic;
    private final boolean control;
    private final ByteBuffer headerIn = ByteBuffer.allocate(Frame.HEADER_BYTES);
    private final ByteBuffer headerOut = ByteBuffer.allocate(Frame.HEADER_BYTES);

    /** Wraps a stream; a control stream carries other types of frame than the rest. */
    FrameStream(QuicStream quic, boolean control) {
        this.quic = quic;
        this.control = control;
    }

    /** Returns the same stream as a control stream, once its first frame has shown that it is one. */
    FrameStream asControl() {
        return new FrameStream(quic, true);
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
     * @throws StoqException if a frame breaks off, or does not belong on this stream
     */
    @Nullable FrameHeader next() throws IOException {
        FrameHeader header = nextOfAnyKind();
        if (header == null) {
            return null;
        }
        if (header.type().onControlStream() != control) {
            throw new StoqException(
                    StoqErrorCode.PROTOCOL_VIOLATION,
                    "%s on stream %d".formatted(header.type(), id()));
        }
        if (!control && header.streamId() != id()) {
            throw new StoqException(
                    StoqErrorCode.STREAM_MISMATCH,
                    "%s about stream %d on stream %d"
                            .formatted(header.type(), header.streamId(), id()));
        }
        return header;
    }

    /** Reads a header without asking whether it belongs here: the first one shows what this is. */
    @Nullable FrameHeader nextOfAnyKind() throws IOException {
        headerIn.clear();
        if (!fill(headerIn)) {
            return null;
        }
        return FrameHeader.read(headerIn.flip());
    }

    /** Reads the payload that follows a header. Blocks. */
    Frame read(FrameHeader header) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(header.length());
        if (payload.hasRemaining() && !fill(payload)) {
            throw brokenOff();
        }
        return FrameCodec.decode(header, payload.array());
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
        return new StoqException(
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
