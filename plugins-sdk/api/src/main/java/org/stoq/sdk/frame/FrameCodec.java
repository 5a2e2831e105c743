package org.stoq.sdk.frame;

import java.nio.ByteBuffer;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/** Writes frames, and reads what a peer has sent. Pure functions. */
public final class FrameCodec {
    private static final byte REQUEST = 0;
    private static final byte ACKNOWLEDGEMENT = 1;

    private FrameCodec() {}

    /**
     * Returns a frame as bytes, header and payload.
     *
     * @throws IllegalArgumentException if the payload is longer than a frame can hold
     */
    public static byte[] encode(Frame frame) {
        byte[] payload = payload(frame);
        if (payload.length > Frame.MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    frame.type() + " with a payload of " + payload.length + " bytes");
        }
        ByteBuffer out = ByteBuffer.allocate(Frame.HEADER_BYTES + payload.length);
        new FrameHeader(frame.type(), frame.streamId(), payload.length).write(out);
        return out.put(payload).array();
    }

    /**
     * Reads the payload of a frame.
     *
     * @param payload exactly {@code header.length()} bytes, which the frame may keep
     * @throws StoqException FRAME_MALFORMED, or what the CBOR inside is refused with
     */
    public static Frame decode(FrameHeader header, byte[] payload) throws StoqException {
        ByteBuffer in = ByteBuffer.wrap(payload);
        long stream = header.streamId();
        boolean aboutStream =
                switch (header.type()) {
                    case SETTINGS, PING, GOAWAY, CHUNK_ANNOUNCE, ROUTE_UPDATE -> false;
                    default -> true;
                };
        if (aboutStream == (stream == Frame.CONNECTION)) {
            throw new StoqException(
                    StoqErrorCode.STREAM_MISMATCH,
                    "%s about stream %d".formatted(header.type(), stream));
        }
        return switch (header.type()) {
            case DATA -> new DataFrame(stream, payload);
            case HEADERS -> headers(stream, in);
            case CONTINUATION -> new ContinuationFrame(stream, notEmpty(header, payload));
            case PRIORITY -> priority(stream, exactly(2, in));
            case RST_STREAM -> new RstStreamFrame(stream, exactly(8, in).getLong());
            case SETTINGS -> settings(in);
            case PUSH_PROMISE ->
                    new PushPromiseFrame(stream, PushPromise.of(CborMap.decode(payload)));
            case PING -> new PingFrame(kind(exactly(9, in)), in.getLong());
            case GOAWAY -> new GoAwayFrame(exactly(16, in).getLong(), in.getLong());
            case WINDOW_UPDATE -> windowUpdate(stream, exactly(4, in));
            case CHUNK_ANNOUNCE -> new ChunkAnnounceFrame(notEmpty(header, payload));
            case ROUTE_UPDATE -> routeUpdate(header, payload);
        };
    }

    private static byte[] payload(Frame frame) {
        return switch (frame) {
            case DataFrame data -> data.payload();
            case HeadersFrame headers ->
                    ByteBuffer.allocate(
                                    VarInt.length(headers.totalBytes()) + headers.fragment().length)
                            .put(VarInt.encode(headers.totalBytes()))
                            .put(headers.fragment())
                            .array();
            case ContinuationFrame continuation -> continuation.fragment();
            case PriorityFrame priority ->
                    new byte[] {(byte) priority.urgency(), (byte) (priority.incremental() ? 1 : 0)};
            case RstStreamFrame reset -> ByteBuffer.allocate(8).putLong(reset.errorCode()).array();
            case SettingsFrame settings -> settings(settings);
            case PushPromiseFrame push -> push.promise().toCbor().encode();
            case PingFrame ping ->
                    ByteBuffer.allocate(9)
                            .put(ping.acknowledgement() ? ACKNOWLEDGEMENT : REQUEST)
                            .putLong(ping.number())
                            .array();
            case GoAwayFrame goAway ->
                    ByteBuffer.allocate(16)
                            .putLong(goAway.lastStreamId())
                            .putLong(goAway.errorCode())
                            .array();
            case WindowUpdateFrame update ->
                    ByteBuffer.allocate(4).putInt((int) update.creditBytes()).array();
            case ChunkAnnounceFrame announce -> announce.signed();
            case RouteUpdateFrame update ->
                    ByteBuffer.allocate(1 + update.signed().length)
                            .put((byte) update.hopLimit())
                            .put(update.signed())
                            .array();
        };
    }

    private static byte[] settings(SettingsFrame frame) {
        if (frame.acknowledgement()) {
            return new byte[] {ACKNOWLEDGEMENT};
        }
        byte[] map = frame.settings().toCbor().encode();
        return ByteBuffer.allocate(1 + map.length).put(REQUEST).put(map).array();
    }

    private static Frame settings(ByteBuffer in) throws StoqException {
        if (!in.hasRemaining()) {
            throw malformed(FrameType.SETTINGS, "without a kind");
        }
        if (kind(in)) {
            exactly(0, in);
            return new SettingsFrame(true, Settings.DEFAULT);
        }
        try {
            return new SettingsFrame(false, Settings.of(CborMap.decode(rest(in))));
        } catch (StoqException e) {
            throw new StoqException(
                    StoqErrorCode.SETTINGS_INVALID, "SETTINGS: " + e.getMessage(), e);
        }
    }

    private static Frame headers(long stream, ByteBuffer in) throws StoqException {
        long total = VarInt.read(in);
        if (total < in.remaining()) {
            throw malformed(FrameType.HEADERS, "longer than the header block it begins");
        }
        return new HeadersFrame(stream, total, rest(in));
    }

    private static Frame priority(long stream, ByteBuffer in) throws StoqException {
        int urgency = in.get();
        int incremental = in.get();
        if (urgency < 0 || urgency > 7 || incremental < 0 || incremental > 1) {
            throw malformed(FrameType.PRIORITY, "with urgency " + urgency);
        }
        return new PriorityFrame(stream, urgency, incremental == 1);
    }

    private static Frame windowUpdate(long stream, ByteBuffer in) throws StoqException {
        int credit = in.getInt();
        if (credit < 1) {
            throw malformed(FrameType.WINDOW_UPDATE, "with credit " + credit);
        }
        return new WindowUpdateFrame(stream, credit);
    }

    private static Frame routeUpdate(FrameHeader header, byte[] payload) throws StoqException {
        ByteBuffer in = ByteBuffer.wrap(notEmpty(header, payload));
        return new RouteUpdateFrame(in.get() & 0xFF, rest(in));
    }

    private static boolean kind(ByteBuffer in) throws StoqException {
        byte kind = in.get();
        if (kind != REQUEST && kind != ACKNOWLEDGEMENT) {
            throw new StoqException(StoqErrorCode.FRAME_MALFORMED, "a frame of kind " + kind);
        }
        return kind == ACKNOWLEDGEMENT;
    }

    private static ByteBuffer exactly(int bytes, ByteBuffer in) throws StoqException {
        if (in.remaining() != bytes) {
            throw new StoqException(
                    StoqErrorCode.FRAME_MALFORMED,
                    "a payload of %d bytes where %d belong".formatted(in.remaining(), bytes));
        }
        return in;
    }

    private static byte[] notEmpty(FrameHeader header, byte[] payload) throws StoqException {
        if (payload.length == 0) {
            throw malformed(header.type(), "without a payload");
        }
        return payload;
    }

    private static byte[] rest(ByteBuffer in) {
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return rest;
    }

    private static StoqException malformed(FrameType type, String what) {
        return new StoqException(StoqErrorCode.FRAME_MALFORMED, type + " " + what);
    }
}
