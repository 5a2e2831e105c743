package org.stoq.client.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.frame.DataFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameCodec;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.HeadersFrame;
import org.stoq.sdk.frame.RstStreamFrame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.SettingsFrame;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicStream;

/** A peer that writes bytes of its own making. */
record RawPeer(QuicConnection connection) {
    /** Returns one that has begun properly. */
    static RawPeer withSettings(QuicConnection connection) throws IOException {
        RawPeer peer = new RawPeer(connection);
        peer.openControl();
        return peer;
    }

    QuicStream openControl() throws IOException {
        QuicStream control = connection.openStream(false);
        write(control, new SettingsFrame(false, new Settings(1, 16 << 10, 1 << 16)));
        return control;
    }

    void write(QuicStream stream, Frame... frames) throws IOException {
        for (Frame frame : frames) {
            stream.write(ByteBuffer.wrap(FrameCodec.encode(frame)));
        }
    }

    void write(QuicStream stream, String hex) throws IOException {
        stream.write(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    void finish(QuicStream stream, Frame frame) throws IOException {
        stream.finish(ByteBuffer.wrap(FrameCodec.encode(frame)));
    }

    QuicStream beginCall(Request request) throws IOException {
        QuicStream stream = connection.openStream(true);
        byte[] header = request.encode();
        write(stream, new HeadersFrame(stream.id(), header.length, header));
        return stream;
    }

    QuicStream call(Request request) throws IOException {
        QuicStream stream = beginCall(request);
        finish(stream, new DataFrame(stream.id(), new byte[0]));
        return stream;
    }

    /** Reads one frame. */
    Frame read(QuicStream stream) throws IOException {
        FrameHeader header = FrameHeader.read(fill(stream, Frame.HEADER_BYTES));
        return FrameCodec.decode(header, fill(stream, header.length()).array());
    }

    private static ByteBuffer fill(QuicStream stream, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (stream.read(buffer) < 0) {
                throw new IOException("the stream ended");
            }
        }
        return buffer.flip();
    }

    /** Reads the stream to its reset. */
    StoqErrorCode resetOf(QuicStream stream) {
        StoqException reset =
                catchThrowableOfType(
                        StoqException.class,
                        () -> {
                            ByteBuffer waste = ByteBuffer.allocate(1_000);
                            while (stream.read(waste) >= 0) {
                                waste.clear();
                            }
                        });
        assertThat(reset).isNotNull();
        return reset.code();
    }

    /** Reads the other side's control stream, the first that it has opened, to an RST_STREAM. */
    RstStreamFrame nextReset() throws IOException {
        return nextReset(connection.acceptStream());
    }

    /** Reads a control stream to the next RST_STREAM. */
    RstStreamFrame nextReset(QuicStream control) throws IOException {
        while (true) {
            if (read(control) instanceof RstStreamFrame reset) {
                return reset;
            }
        }
    }

    /** Waits for the end of the connection. */
    StoqErrorCode end() throws Exception {
        return connection.closed().toCompletableFuture().get(20, TimeUnit.SECONDS).code();
    }
}
