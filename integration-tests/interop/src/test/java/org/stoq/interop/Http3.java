package org.stoq.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicStream;

/**
 * Requests without a body and answers without trailers (RFC 9114), with fields from the static
 * table of QPACK (RFC 9204 appendix A). Each side has a control stream; what the peer says on its
 * own is for somebody else to read.
 */
final class Http3 implements Web.Conversation {
    /** RFC 9114 s.7.2.1 and s.7.2.2. */
    private static final int DATA = 0x00;

    private static final int HEADERS = 0x01;

    /** A control stream (RFC 9114 s.6.2.1) with empty SETTINGS (s.7.2.4): no dynamic table. */
    private static final byte[] CONTROL = {0x00, 0x04, 0x00};

    /** Nothing is from the dynamic table (RFC 9204 s.4.5.1). */
    private static final byte[] NO_DYNAMIC_TABLE = {0x00, 0x00};

    /** {@code :status: 200}, entry 25 (RFC 9204 s.4.5.2). */
    private static final byte STATUS_200 = (byte) (0xC0 | 25);

    /** {@code :method: GET}, entry 17. */
    private static final byte METHOD_GET = (byte) (0xC0 | 17);

    /** {@code :scheme: https}, entry 23. */
    private static final byte SCHEME_HTTPS = (byte) (0xC0 | 23);

    /** A literal with the names of the entries 0 and 1 (RFC 9204 s.4.5.4). */
    private static final byte AUTHORITY = 0x50;

    private static final byte PATH = 0x51;

    private static final int MAX_VARINT_2_BYTES = 0x3FFF;

    private final QuicConnection connection;

    Http3(QuicConnection connection) throws IOException {
        this.connection = connection;
        connection.openStream(false).write(ByteBuffer.wrap(CONTROL));
    }

    @Override
    public QuicStream ask() throws IOException {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        fields.writeBytes(NO_DYNAMIC_TABLE);
        fields.write(METHOD_GET);
        fields.write(SCHEME_HTTPS);
        writeLiteral(fields, AUTHORITY, PeerServer.NAME);
        writeLiteral(fields, PATH, Web.PATH);
        QuicStream stream = connection.openStream(true);
        stream.finish(ByteBuffer.wrap(frame(HEADERS, fields.toByteArray())));
        return stream;
    }

    private static void writeLiteral(ByteArrayOutputStream out, byte name, String value) {
        out.write(name);
        // Shorter than 127 bytes, and not in Huffman's code (RFC 9204 s.4.1.2).
        out.write(value.length());
        out.writeBytes(value.getBytes(US_ASCII));
    }

    @Override
    public byte[] answer(QuicStream asked) throws IOException {
        ByteBuffer answer = ByteBuffer.wrap(Streams.readAll(asked));
        byte[] fields = read(answer, HEADERS);
        if (fields.length <= 2 || fields[2] != STATUS_200) {
            throw new IOException("the answer begins with " + Arrays.toString(fields));
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        while (answer.hasRemaining()) {
            content.writeBytes(read(answer, DATA));
        }
        return content.toByteArray();
    }

    @Override
    public void serve(QuicStream asked, ByteBuffer content) throws IOException {
        read(ByteBuffer.wrap(Streams.readAll(asked)), HEADERS);
        byte[] fields = Arrays.copyOf(NO_DYNAMIC_TABLE, NO_DYNAMIC_TABLE.length + 1);
        fields[NO_DYNAMIC_TABLE.length] = STATUS_200;
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.writeBytes(frame(HEADERS, fields));
        head.write(DATA);
        writeVarint(head, content.remaining());
        asked.write(ByteBuffer.wrap(head.toByteArray()));
        asked.finish(content);
    }

    private static byte[] frame(int type, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(type);
        writeVarint(out, payload.length);
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private static byte[] read(ByteBuffer frames, int type) throws IOException {
        long found = readVarint(frames);
        long length = readVarint(frames);
        if (found != type || length > frames.remaining()) {
            throw new IOException(
                    "frame %d of %d bytes instead of %d".formatted(found, length, type));
        }
        byte[] payload = new byte[(int) length];
        frames.get(payload);
        return payload;
    }

    /** RFC 9000 s.16, in two or in four bytes. */
    private static void writeVarint(ByteArrayOutputStream out, int value) {
        if (value <= MAX_VARINT_2_BYTES) {
            out.writeBytes(ByteBuffer.allocate(2).putShort((short) (value | 0x4000)).array());
        } else {
            out.writeBytes(ByteBuffer.allocate(4).putInt(value | 0x8000_0000).array());
        }
    }

    private static long readVarint(ByteBuffer bytes) throws IOException {
        if (!bytes.hasRemaining()) {
            throw new IOException("a frame is missing");
        }
        int first = bytes.get() & 0xFF;
        int more = (1 << (first >> 6)) - 1;
        if (bytes.remaining() < more) {
            throw new IOException("a frame is cut off");
        }
        long value = first & 0x3F;
        for (int i = 0; i < more; i++) {
            value = (value << 8) | (bytes.get() & 0xFF);
        }
        return value;
    }
}
