package org.stoq.client.session;

import static org.stoq.sdk.StoqErrorCode.PROTOCOL_VIOLATION;
import static org.stoq.sdk.StoqErrorCode.SETTINGS_INVALID;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.stoq.fuzz.FuzzTarget;
import org.stoq.fuzz.Input;
import org.stoq.fuzz.Oracle;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.GoAwayFrame;
import org.stoq.sdk.frame.PingFrame;
import org.stoq.sdk.frame.PriorityFrame;
import org.stoq.sdk.frame.RouteUpdateFrame;
import org.stoq.sdk.frame.RstStreamFrame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.SettingsFrame;
import org.stoq.sdk.frame.WindowUpdateFrame;

/** Sequences of control frames, with time between them. */
public final class ControlTarget implements FuzzTarget {
    private static final Settings SETTINGS = new Settings(1, 1 << 14, 1 << 16);

    /** Counts what the frames do. */
    private static final class Counts implements ControlReader.Target {
        private int settings;
        private int replies;
        private int other;

        /** There is always room here. */
        @Override
        public void next(FrameHeader header) {}

        @Override
        public void settings(Settings settings) {
            this.settings++;
        }

        @Override
        public void reply(Frame frame) {
            replies++;
        }

        @Override
        public void pong(long number, long nowNanos) {
            other++;
        }

        @Override
        public void credit(long streamId, long bytes) {
            Oracle.require(bytes > 0, "credit of nothing");
            other++;
        }

        @Override
        public void priority(long streamId, int urgency, boolean incremental) {
            other++;
        }

        @Override
        public void givenUp(long streamId, StoqErrorCode code) {
            other++;
        }

        @Override
        public void goAway(StoqException reason) {
            other++;
        }

        @Override
        public void announced(Frame frame) {
            other++;
        }
    }

    @Override
    public void run(byte[] bytes) throws IOException {
        Input input = new Input(bytes);
        Counts counts = new Counts();
        ControlReader reader = new ControlReader(counts);
        long nowNanos = 0;
        int taken = 0;
        try {
            while (input.hasMore()) {
                int operation = input.u8();
                nowNanos += TimeUnit.MILLISECONDS.toNanos(operation >>> 4) * 20;
                for (int left = 1 + (operation & 8) * 8; left > 0; left--) {
                    reader.take(frame(operation & 7, input), nowNanos);
                    taken++;
                }
            }
        } catch (StoqException e) {
            Oracle.refusedWith(e, PROTOCOL_VIOLATION, SETTINGS_INVALID);
        }
        Oracle.require(counts.settings <= 1, "SETTINGS count once");
        Oracle.require(counts.settings == 1 || taken == 0, "nothing counts before SETTINGS");
        Oracle.require(counts.replies + counts.other <= taken + 1, "one answer for each frame");
        long seconds = nowNanos / 1_000_000_000L + 1;
        Oracle.require(
                counts.replies <= seconds * ControlReader.MAX_PINGS_PER_SECOND + 1,
                "more answers than PINGs are allowed");
    }

    private static Frame frame(int kind, Input input) {
        return switch (kind) {
            case 0 -> new SettingsFrame(false, SETTINGS);
            case 1 -> new SettingsFrame(true, SETTINGS);
            case 2 -> new PingFrame((input.u8() & 1) == 1, input.u8());
            case 3 -> new WindowUpdateFrame(input.u8(), 1 + input.u16());
            case 4 -> new PriorityFrame(input.u8(), input.u8() & 7, true);
            case 5 -> new RstStreamFrame(input.u8(), input.i64());
            case 6 -> new GoAwayFrame(input.i64(), input.i64());
            default ->
                    input.u8() < 128
                            ? new ChunkAnnounceFrame(input.bytes(4))
                            : new RouteUpdateFrame(input.u8(), input.bytes(4));
        };
    }
}
