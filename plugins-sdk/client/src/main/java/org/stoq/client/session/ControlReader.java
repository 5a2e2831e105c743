package org.stoq.client.session;

import java.io.IOException;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.GoAwayFrame;
import org.stoq.sdk.frame.PingFrame;
import org.stoq.sdk.frame.PriorityFrame;
import org.stoq.sdk.frame.RstStreamFrame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.SettingsFrame;
import org.stoq.sdk.frame.WindowUpdateFrame;

/** Judges the frames of the peer's control stream, one after the other. Time is an argument. */
final class ControlReader {
    /** More PINGs than this in a second are no measurement. */
    static final int MAX_PINGS_PER_SECOND = 100;

    private static final long SECOND_NANOS = 1_000_000_000;

    /** What control frames do. */
    interface Target {
        /** A frame is about to be read. May block: an announcement waits until there is room. */
        void next(FrameHeader header) throws StoqException;

        void settings(Settings settings);

        void reply(Frame frame) throws IOException;

        void pong(long number, long nowNanos);

        void credit(long streamId, long bytes);

        void priority(long streamId, int urgency, boolean incremental);

        void givenUp(long streamId, StoqErrorCode code);

        void goAway(StoqException reason);

        void announced(Frame frame) throws StoqException;
    }

    private final Target target;
    private boolean settingsSeen;
    private boolean acknowledged;
    private int pings;
    private long secondBegan;

    ControlReader(Target target) {
        this.target = target;
    }

    void take(Frame frame, long nowNanos) throws IOException {
        if (!settingsSeen && !(frame instanceof SettingsFrame first && !first.acknowledgement())) {
            throw new StoqException(
                    StoqErrorCode.SETTINGS_INVALID,
                    "a control stream that begins without SETTINGS");
        }
        switch (frame) {
            case SettingsFrame settings -> settings(settings);
            case PingFrame ping when ping.acknowledgement() -> target.pong(ping.number(), nowNanos);
            case PingFrame ping -> {
                countPing(nowNanos);
                target.reply(new PingFrame(true, ping.number()));
            }
            case WindowUpdateFrame update -> target.credit(update.streamId(), update.creditBytes());
            case PriorityFrame priority ->
                    target.priority(
                            priority.streamId(), priority.urgency(), priority.incremental());
            case RstStreamFrame reset ->
                    target.givenUp(
                            reset.streamId(),
                            StoqErrorCode.ofWireCode(reset.errorCode())
                                    .orElse(StoqErrorCode.INTERNAL));
            case GoAwayFrame goAway ->
                    target.goAway(
                            new StoqException(
                                    StoqErrorCode.ofWireCode(goAway.errorCode())
                                            .orElse(StoqErrorCode.INTERNAL),
                                    "the peer goes away"));
            default -> target.announced(frame);
        }
    }

    private void settings(SettingsFrame frame) throws IOException {
        boolean repeated = frame.acknowledgement() ? acknowledged : settingsSeen;
        if (repeated) {
            throw new StoqException(StoqErrorCode.SETTINGS_INVALID, "SETTINGS came twice");
        }
        if (frame.acknowledgement()) {
            acknowledged = true;
            return;
        }
        settingsSeen = true;
        target.settings(frame.settings());
        target.reply(new SettingsFrame(true, Settings.DEFAULT));
    }

    private void countPing(long nowNanos) throws StoqException {
        if (pings == 0 || nowNanos - secondBegan > SECOND_NANOS) {
            secondBegan = nowNanos;
            pings = 0;
        }
        if (++pings > MAX_PINGS_PER_SECOND) {
            throw new StoqException(StoqErrorCode.PROTOCOL_VIOLATION, "a flood of PINGs");
        }
    }
}
