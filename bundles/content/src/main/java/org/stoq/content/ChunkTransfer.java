package org.stoq.content;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.EncodedChunk;

/**
 * How chunks cross the wire: the call {@code chunks} of the service {@code content}.
 *
 * <p>The argument lists digests; the body answers each in order: one byte length of the algorithm's
 * name (0: the chunk is not here), the name, plain length (4 bytes), encoded length (4 bytes),
 * bytes.
 */
final class ChunkTransfer {
    /** Most chunks in one call. */
    static final int MAX_CHUNKS = 64;

    static final String METHOD = "chunks";

    private static final int DIGESTS = 1;
    private static final int MAX_ALGORITHM_BYTES = 64;

    /**
     * An encoded chunk is never longer than a plain one: a compressor that grows it is not used.
     */
    private static final int MAX_CHUNK_BYTES = ChunkSizes.STANDARD.maximum();

    private ChunkTransfer() {}

    static CborMap arguments(List<Digest> digests) {
        List<Object> items = new ArrayList<>();
        digests.forEach(digest -> items.add(digest.toBytes()));
        return CborMap.builder().put(DIGESTS, items).build();
    }

    static List<Digest> digests(CborMap arguments) throws StoqException {
        List<?> items = arguments.list(DIGESTS);
        if (items.isEmpty() || items.size() > MAX_CHUNKS) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE,
                    "1 to %d chunks in a call, not %d".formatted(MAX_CHUNKS, items.size()));
        }
        List<Digest> digests = new ArrayList<>();
        for (Object item : items) {
            if (!(item instanceof byte[] bytes) || bytes.length != Digest.BYTES) {
                throw new StoqException(StoqErrorCode.INVALID_REQUEST, "a digest has 32 bytes");
            }
            digests.add(Digest.copyOf(bytes));
        }
        return digests;
    }

    static void write(WritableByteChannel target, Optional<EncodedChunk> chunk) throws IOException {
        if (chunk.isEmpty()) {
            writeAll(target, ByteBuffer.wrap(new byte[1]));
            return;
        }
        EncodedChunk present = chunk.get();
        byte[] algorithm = present.algorithm().getBytes(StandardCharsets.UTF_8);
        ByteBuffer head = ByteBuffer.allocate(1 + algorithm.length + 8);
        head.put((byte) algorithm.length).put(algorithm);
        head.putInt(present.plainLength()).putInt(present.bytes().length).flip();
        writeAll(target, head);
        writeAll(target, ByteBuffer.wrap(present.bytes()));
    }

    /**
     * Reads the next chunk, unverified.
     *
     * @throws StoqException TOO_LARGE or INVALID_REQUEST if the lengths are impossible
     */
    static Optional<EncodedChunk> read(ReadableByteChannel source) throws IOException {
        int nameLength = readAll(source, 1)[0] & 0xFF;
        if (nameLength == 0) {
            return Optional.empty();
        }
        if (nameLength > MAX_ALGORITHM_BYTES) {
            throw new StoqException(StoqErrorCode.TOO_LARGE, "algorithm name of " + nameLength);
        }
        byte[] headBytes = readAll(source, nameLength + 8);
        ByteBuffer head = ByteBuffer.wrap(headBytes);
        String algorithm = new String(headBytes, 0, nameLength, StandardCharsets.UTF_8);
        int plainLength = head.getInt(nameLength);
        int length = head.getInt(nameLength + 4);
        if (plainLength < 1
                || plainLength > MAX_CHUNK_BYTES
                || length < 1
                || length > MAX_CHUNK_BYTES) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE,
                    "a chunk of %d bytes, encoded %d".formatted(plainLength, length));
        }
        return Optional.of(new EncodedChunk(algorithm, plainLength, readAll(source, length)));
    }

    /** Writes all of a buffer. */
    static void writeAll(WritableByteChannel target, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }

    /**
     * Reads exactly so many bytes.
     *
     * @throws EOFException if fewer come
     */
    static byte[] readAll(ReadableByteChannel source, int length) throws IOException {
        byte[] bytes = new byte[length];
        ByteBuffer target = ByteBuffer.wrap(bytes);
        while (target.hasRemaining()) {
            if (source.read(target) < 0) {
                throw new EOFException(
                        "the peer ended %d bytes early".formatted(target.remaining()));
            }
        }
        return bytes;
    }
}
