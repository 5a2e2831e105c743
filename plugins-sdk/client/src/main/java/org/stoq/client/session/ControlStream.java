package org.stoq.client.session;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameType;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.SettingsFrame;
import org.stoq.sdk.transport.QuicConnection;

/**
 * Our own control stream, which any thread may write to. It never ends.
 *
 * <p>A peer that does not read it loses the connection: everybody who reads a body gives credit
 * here.
 */
final class ControlStream {
    private final ReentrantLock lock = new ReentrantLock();
    private final FrameStream stream;
    private final Violations violations;
    private final Duration patience;

    private ControlStream(FrameStream stream, Violations violations, Duration patience) {
        this.stream = stream;
        this.violations = violations;
        this.patience = patience;
    }

    /**
     * Opens it, with SETTINGS as its first frame (decision 9).
     *
     * @param patience how long one frame may wait for the peer to read
     */
    static ControlStream open(
            QuicConnection connection, Settings settings, Violations violations, Duration patience)
            throws IOException {
        FrameStream stream = new FrameStream(connection.openStream(false), true, violations);
        ControlStream control = new ControlStream(stream, violations, patience);
        control.send(new SettingsFrame(false, settings));
        return control;
    }

    /** Sends a frame. Blocks while the stream is full, or somebody else is sending. */
    void send(Frame frame) throws IOException {
        if (!frame.type().onControlStream() && frame.type() != FrameType.RST_STREAM) {
            throw new IllegalArgumentException(frame.type() + " does not go on the control stream");
        }
        lock.lock();
        try (var _ = Deadline.in(patience, this::notRead)) {
            stream.write(frame);
        } finally {
            lock.unlock();
        }
    }

    private void notRead() {
        violations.end(
                new StoqException(
                        StoqErrorCode.CONTROL_STREAM, "the peer does not read the control stream"));
    }
}
