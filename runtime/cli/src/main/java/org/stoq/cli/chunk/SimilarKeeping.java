package org.stoq.cli.chunk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.Compressor;
import org.stoq.sdk.chunk.DeltaCompressor;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.chunk.SimilarChunks;
import org.stoq.sdk.chunk.SimilarityIndex;

/**
 * Keeps chunks as a node does that has {@code cdn.similarity}: as the difference from a similar
 * earlier one where that pays. A later chunk may need any of them, so they lie in a temporary file
 * until the end, and about 150 bytes of memory say where each is. Belongs to one thread.
 */
public final class SimilarKeeping implements ChunkKeeping, AutoCloseable {
    private final Map<Digest, Place> places = new HashMap<>();
    private final Alone alone;
    private final Map<String, Compressor> compressors;
    private final SimilarityIndex index;
    private final DeltaCompressor deltas;
    private final FileChannel file;
    private SimilarChunks object;

    /** Encodes a chunk without a base. */
    @FunctionalInterface
    public interface Alone {
        /** Returns the chunk, compressed if that pays. */
        EncodedChunk encode(byte[] bytes, int from, int length);
    }

    /** Where a chunk lies, and what it takes to decode it: the chunk itself, without its bytes. */
    private record Place(long offset, int length, EncodedChunk form) {}

    /**
     * Begins with nothing.
     *
     * @param compressors what {@code alone} compresses with, by name
     * @throws IOException if there is no place for temporary files
     */
    public SimilarKeeping(
            Alone alone,
            Map<String, Compressor> compressors,
            SimilarityIndex index,
            DeltaCompressor deltas)
            throws IOException {
        this.alone = alone;
        this.compressors = Map.copyOf(compressors);
        this.index = index;
        this.deltas = deltas;
        Path path = Files.createTempFile("stoq-chunks", ".tmp");
        this.file =
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
        this.object = new SimilarChunks(index, deltas, this::find);
    }

    @Override
    public void objectBegins() {
        object = new SimilarChunks(index, deltas, this::find);
    }

    @Override
    public long keep(Digest digest, byte[] bytes, int from, int length) throws IOException {
        EncodedChunk chunk =
                object.encode(digest, bytes, from, length, () -> alone.encode(bytes, from, length));
        long offset = file.size();
        ByteBuffer source = ByteBuffer.wrap(chunk.bytes());
        while (source.hasRemaining()) {
            file.write(source, offset + source.position());
        }
        EncodedChunk form =
                new EncodedChunk(chunk.algorithm(), chunk.plainLength(), new byte[0], chunk.base());
        places.put(digest, new Place(offset, chunk.bytes().length, form));
        return (long) chunk.bytes().length + (chunk.base().isPresent() ? Digest.BYTES : 0);
    }

    private Optional<SimilarChunks.Base> find(Digest digest) throws StoqException {
        Place place = places.get(digest);
        if (place == null) {
            return Optional.empty();
        }
        byte[] stored = read(place);
        EncodedChunk form = place.form;
        if (form.base().isEmpty()) {
            return Optional.of(new SimilarChunks.Base(plain(form, stored), 0, stored.length));
        }
        Optional<SimilarChunks.Base> base = find(form.base().get());
        if (base.isEmpty()) {
            return Optional.empty();
        }
        byte[] plain = deltas.decompress(stored, form.plainLength(), base.get().plain());
        return Optional.of(base.get().with(plain));
    }

    private byte[] plain(EncodedChunk form, byte[] stored) throws StoqException {
        Compressor compressor = compressors.get(form.algorithm());
        return compressor == null ? stored : compressor.decompress(stored, form.plainLength());
    }

    private byte[] read(Place place) throws StoqException {
        ByteBuffer target = ByteBuffer.allocate(place.length);
        try {
            while (target.hasRemaining()) {
                if (file.read(target, place.offset + target.position()) < 0) {
                    throw new EOFException("a temporary file was cut off");
                }
            }
        } catch (IOException e) {
            throw new StoqException(
                    StoqErrorCode.INTERNAL, "the temporary file of chunks: " + e.getMessage(), e);
        }
        return target.array();
    }

    /** Deletes the temporary file. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
