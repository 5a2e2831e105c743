package org.stoq.client.session;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.FrameHeader;

/**
 * Reads the peer's control stream until the connection ends, and ends it if that fails. Nearly
 * always nothing comes, so there is a virtual thread only while something does.
 */
final class ControlLoop {
    private final FrameStream stream;
    private final ControlReader.Target target;
    private final ControlReader reader;
    private final Consumer<Throwable> giveUp;

    /**
     * Prepares the reading.
     *
     * @param target what the frames do
     * @param giveUp ends the connection, because of what the peer did or what failed here
     */
    ControlLoop(FrameStream stream, ControlReader.Target target, Consumer<Throwable> giveUp) {
        this.stream = stream;
        this.target = target;
        this.reader = new ControlReader(target);
        this.giveUp = giveUp;
    }

    /** Takes the frame that this header begins, and what follows; blocks within a frame. */
    void begin(FrameHeader first) {
        takeWhatIsThere(first);
    }

    private void goOn() {
        Thread.ofVirtual().name("stoq-session-control").start(() -> takeWhatIsThere(null));
    }

    private void takeWhatIsThere(@Nullable FrameHeader begun) {
        try {
            take(begun == null ? next() : begun);
            while (stream.readable()) {
                take(next());
            }
            stream.whenReadable(this::goOn);
        } catch (StoqException e) {
            giveUp.accept(
                    Session.endsConnection(e.code())
                            ? e
                            : new StoqException(
                                    StoqErrorCode.CONTROL_STREAM,
                                    "the control stream broke off: " + e.getMessage(),
                                    e));
        } catch (IOException | RuntimeException e) {
            giveUp.accept(e);
        }
    }

    private FrameHeader next() throws IOException {
        FrameHeader header = stream.next();
        if (header == null) {
            throw new StoqException(StoqErrorCode.CONTROL_STREAM, "the control stream was ended");
        }
        return header;
    }

    private void take(FrameHeader header) throws IOException {
        target.next(header);
        reader.take(stream.read(header), System.nanoTime());
    }
}
