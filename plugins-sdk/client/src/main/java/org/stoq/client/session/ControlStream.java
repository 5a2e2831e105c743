package org.stoq.client.session;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.SettingsFrame;
import org.stoq.sdk.transport.QuicConnection;

/** Our own control stream, which any thread may write to. It never ends. */
final class ControlStream {
    private final ReentrantLock lock = new ReentrantLock();
    private final FrameStream stream;

    private ControlStream(FrameStream stream) {
        this.stream = stream;
    }

    /** Opens it, with SETTINGS as its first frame (decision 9). */
    static ControlStream open(QuicConnection connection, Settings settings) throws IOException {
        ControlStream control = new ControlStream(new FrameStream(connection.openStream(false), true));
        control.send(new SettingsFrame(false, settings));
        return control;
    }

    /** Sends a frame. Blocks while the stream is full, or somebody else is sending. */
    void send(Frame frame) throws IOException {
        if (!frame.type().onControlStream()) {
            throw new IllegalArgumentException(frame.type() + " does not go on the control stream");
        }
        lock.lock();
        try {
            stream.write(frame);
        } finally {
            lock.unlock();
        }
    }
}
