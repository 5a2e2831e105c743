package org.stoq.client.session;

import static org.stoq.sdk.StoqErrorCode.FRAME_MALFORMED;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.stoq.fuzz.FuzzTarget;
import org.stoq.fuzz.Input;
import org.stoq.fuzz.Oracle;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameCodec;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.transport.QuicStream;

/**
 * Frames: a stream that comes in pieces says the same as one that comes whole, and what is read is
 * written again as the same bytes, or refused with the codes of the wire.
 */
public final class FrameTarget implements FuzzTarget {
    /** What a stream said, and why reading it ended before its end, if it did. */
    private record Reading(List<Frame> frames, Optional<StoqErrorCode> refusal) {
        boolean saysTheSameAs(Reading other) {
            if (!refusal.equals(other.refusal) || frames.size() != other.frames.size()) {
                return false;
            }
            for (int i = 0; i < frames.size(); i++) {
                byte[] one = FrameCodec.encode(frames.get(i));
                if (!Arrays.equals(one, FrameCodec.encode(other.frames.get(i)))) {
                    return false;
                }
            }
            return true;
        }
    }

    @Override
    public void run(byte[] bytes) throws IOException {
        Input input = new Input(bytes);
        int pieces = input.u8();
        byte[] wire = input.rest();
        Reading whole = whole(wire);
        Oracle.require(whole.saysTheSameAs(inPieces(wire, pieces)), "pieces change the meaning");
    }

    private static Reading whole(byte[] wire) {
        List<Frame> frames = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(wire);
        try {
            while (in.hasRemaining()) {
                frames.add(next(in, wire));
            }
            return new Reading(frames, Optional.empty());
        } catch (StoqException e) {
            return new Reading(frames, Optional.of(e.code()));
        }
    }

    private static Frame next(ByteBuffer in, byte[] wire) throws StoqException {
        int start = in.position();
        if (in.remaining() < Frame.HEADER_BYTES) {
            throw new StoqException(FRAME_MALFORMED, "half a header");
        }
        FrameHeader header = FrameHeader.read(in);
        if (in.remaining() < header.length()) {
            throw new StoqException(FRAME_MALFORMED, "half a payload");
        }
        byte[] payload = new byte[header.length()];
        in.get(payload);
        Frame frame = FrameCodec.decode(header, payload);
        writtenAgain(frame, Arrays.copyOfRange(wire, start, in.position()));
        return frame;
    }

    private static void writtenAgain(Frame frame, byte[] read) throws StoqException {
        byte[] written = FrameCodec.encode(frame);
        switch (frame.type()) {
            // Longer forms of a length, and unknown keys of a map, are read and not written.
            case HEADERS, SETTINGS, PUSH_PROMISE -> {
                ByteBuffer in = ByteBuffer.wrap(written);
                FrameHeader header = FrameHeader.read(in);
                byte[] payload = Arrays.copyOfRange(written, in.position(), written.length);
                byte[] twice = FrameCodec.encode(FrameCodec.decode(header, payload));
                Oracle.same(written, twice, "written twice");
                Oracle.require(written.length <= read.length, "written longer than read");
            }
            default -> Oracle.same(read, written, "written again");
        }
    }

    private static Reading inPieces(byte[] wire, int pieces) throws IOException {
        List<Frame> frames = new ArrayList<>();
        List<StoqException> ends = new ArrayList<>();
        FrameStream stream = new FrameStream(new Pieces(wire, pieces), false, ends::add);
        try {
            FrameHeader header = stream.nextOfAnyKind();
            while (header != null) {
                frames.add(stream.read(header));
                header = stream.nextOfAnyKind();
            }
            Oracle.require(ends.isEmpty(), "the connection ends for no reason");
            return new Reading(frames, Optional.empty());
        } catch (StoqException e) {
            Oracle.same(Session.endsConnection(e.code()), !ends.isEmpty(), "the connection ends");
            return new Reading(frames, Optional.of(e.code()));
        }
    }

    /** A stream whose bytes come in pieces, as packets bring them. */
    private static final class Pieces implements QuicStream {
        private final ByteBuffer wire;
        private int seed;

        Pieces(byte[] wire, int seed) {
            this.wire = ByteBuffer.wrap(wire);
            this.seed = seed;
        }

        @Override
        public int read(ByteBuffer target) {
            if (!wire.hasRemaining()) {
                return -1;
            }
            seed = seed * 0x343FD + 0x269EC3;
            int piece = 1 + ((seed >>> 16) % 31 + 31) % 31;
            int length = Math.min(Math.min(piece, wire.remaining()), target.remaining());
            target.put(wire.slice(wire.position(), length));
            wire.position(wire.position() + length);
            return length;
        }

        @Override
        public long id() {
            return 0;
        }

        @Override
        public boolean bidirectional() {
            return true;
        }

        @Override
        public void write(ByteBuffer source) {
            throw new AssertionError("reading writes nothing");
        }

        @Override
        public void finish(ByteBuffer last) {
            throw new AssertionError("reading writes nothing");
        }

        @Override
        public void abort(StoqErrorCode code) {
            throw new AssertionError("reading aborts nothing");
        }
    }
}
