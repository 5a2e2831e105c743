package org.stoq.sdk.frame;

import java.util.Arrays;
import java.util.Optional;

/** The twelve types of frame, with their codes, and where each belongs (decision 9). */
public enum FrameType {
    /** Bytes of a body. */
    DATA(0x00, false, Frame.MAX_PAYLOAD_BYTES),
    /** Begins a header block. */
    HEADERS(0x01, false, Frame.MAX_PAYLOAD_BYTES),
    /** How urgent a stream is (RFC 9218). */
    PRIORITY(0x02, true, 2),
    /** Why a stream is given up. */
    RST_STREAM(0x03, false, 8),
    /** What a side can do and allows; the first frame of each control stream. */
    SETTINGS(0x04, true, 4_096),
    /** Announces the object that a unidirectional stream pushes. */
    PUSH_PROMISE(0x05, false, 4_096),
    /** Measures the round trip between applications. */
    PING(0x06, true, 9),
    /** No new streams any more. */
    GOAWAY(0x07, true, 16),
    /** Gives credit for content. */
    WINDOW_UPDATE(0x08, true, 4),
    /** Goes on with a header block. */
    CONTINUATION(0x09, false, Frame.MAX_PAYLOAD_BYTES),
    /** A signed list of objects that a node holds. */
    CHUNK_ANNOUNCE(0x0A, true, Frame.MAX_PAYLOAD_BYTES),
    /** A signed list of a node's links. */
    ROUTE_UPDATE(0x0B, true, Frame.MAX_PAYLOAD_BYTES);

    private static final FrameType[] BY_CODE = values();

    private final int code;
    private final boolean onControlStream;
    private final int maxPayloadBytes;

    FrameType(int code, boolean onControlStream, int maxPayloadBytes) {
        this.code = code;
        this.onControlStream = onControlStream;
        this.maxPayloadBytes = maxPayloadBytes;
    }

    /** Returns the first byte of the frame. */
    public int code() {
        return code;
    }

    /** Returns whether it goes on the control stream, rather than on the stream it is about. */
    public boolean onControlStream() {
        return onControlStream;
    }

    /**
     * Returns the most bytes that a payload of this type can have: what is longer is malformed, and
     * need not be read to know so.
     */
    public int maxPayloadBytes() {
        return maxPayloadBytes;
    }

    /** Returns the type with that code, or nothing if there is none. */
    public static Optional<FrameType> ofCode(int code) {
        return Arrays.stream(BY_CODE).filter(type -> type.code == code).findFirst();
    }
}
