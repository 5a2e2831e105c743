package org.stoq.cli.replay;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.CommandFailure;
import org.stoq.sdk.Digest;

/**
 * A trace that was read once and can be replayed many times, by several threads at once.
 *
 * <p>Its requests lie in a temporary file, 8 bytes each, which is mapped; in memory is only what
 * there is for each object, about 100 bytes. The keys are SHA-256 digests of the ids, as the keys
 * of a node's cache are digests.
 */
final class Trace implements AutoCloseable {
    /** Says that an object is not asked for again. */
    static final int NEVER = Integer.MAX_VALUE;

    private static final String REQUESTS = "requests";
    private static final String NEXT_USES = "next";
    private static final int REQUEST_BYTES = 8;
    private static final long NANOS_PER_HUNDREDTH = 10_000_000;
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Path folder;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment requests;
    private final long count;
    private final ObjectTable objects;
    private final Digest[] keys;
    private final Totals totals;
    private @Nullable MemorySegment nextUses;

    /**
     * What was counted while it was read.
     *
     * @param bytes of all requests together
     * @param footprintBytes of all objects together
     * @param resized requests that name another size than the first one for their object
     * @param oversized objects larger than 2 GiB - 1, which weigh that much to a policy
     * @param emptyPlace where the first object without bytes stands; empty if there is none
     */
    record Totals(
            long bytes, long footprintBytes, long resized, long oversized, String emptyPlace) {}

    private Trace(Path folder, long count, ObjectTable objects, Totals totals) throws IOException {
        this.folder = folder;
        this.count = count;
        this.objects = objects;
        this.totals = totals;
        this.requests = map(folder.resolve(REQUESTS), count * REQUEST_BYTES, false);
        this.keys = new Digest[objects.count()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = Digest.of(ByteBuffer.allocate(Long.BYTES).putLong(objects.id(i)).flip());
        }
    }

    /**
     * Reads a trace.
     *
     * @param readBytes is told how many bytes of the file were read, now and then
     */
    static Trace read(Path file, LongConsumer readBytes) throws IOException, CommandFailure {
        return read(file, Files.createTempDirectory("stoq-replay"), readBytes);
    }

    /** Reads a trace into a folder of its own, which is deleted in the end. */
    static Trace read(Path file, Path folder, LongConsumer readBytes)
            throws IOException, CommandFailure {
        // Whoever presses Ctrl-C leaves nothing either; what is registered last goes first.
        folder.toFile().deleteOnExit();
        folder.resolve(REQUESTS).toFile().deleteOnExit();
        folder.resolve(NEXT_USES).toFile().deleteOnExit();
        try (TraceReader reader = TraceFile.open(file, readBytes)) {
            return read(reader, folder);
        } catch (IOException | CommandFailure | RuntimeException e) {
            delete(folder);
            throw TraceFile.damaged(e);
        }
    }

    private static Trace read(TraceReader reader, Path folder) throws IOException, CommandFailure {
        ObjectTable objects = new ObjectTable();
        long count = 0;
        long bytes = 0;
        long footprint = 0;
        long resized = 0;
        long oversized = 0;
        String emptyPlace = "";
        double begun = 0;
        int hundredths = 0;
        try (OutputStream file = Files.newOutputStream(folder.resolve(REQUESTS));
                DataOutputStream out =
                        new DataOutputStream(new BufferedOutputStream(file, 1 << 18))) {
            while (reader.next()) {
                if (count == NEVER - 1) {
                    throw TraceFile.invalid(
                            "more than %,d requests".formatted(NEVER - 1), "cut the trace");
                }
                begun = count == 0 ? reader.seconds() : begun;
                // Never backwards, as policies are promised; 248 days until it stands still.
                hundredths = Math.max(hundredths, (int) (100 * (reader.seconds() - begun)));
                int known = objects.count();
                int object = objects.number(reader.id(), reader.size());
                if (object == known) {
                    footprint += reader.size();
                    oversized += reader.size() > Integer.MAX_VALUE ? 1 : 0;
                    emptyPlace =
                            reader.size() == 0 && emptyPlace.isEmpty()
                                    ? reader.place()
                                    : emptyPlace;
                } else if (objects.size(object) != reader.size()) {
                    resized++;
                }
                bytes += objects.size(object);
                out.writeInt(object);
                out.writeInt(hundredths);
                count++;
            }
        }
        if (count == 0) {
            throw TraceFile.invalid("the trace has no requests", "");
        }
        return new Trace(
                folder,
                count,
                objects,
                new Totals(bytes, footprint, resized, oversized, emptyPlace));
    }

    private MemorySegment map(Path file, long bytes, boolean writing) throws IOException {
        try (FileChannel channel =
                writing
                        ? FileChannel.open(
                                file,
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)
                        : FileChannel.open(file)) {
            return channel.map(
                    writing ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY,
                    0,
                    bytes,
                    arena);
        }
    }

    /** Finds out when each object is asked for next, for who looks into the future. */
    void lookAhead() throws IOException {
        if (nextUses != null) {
            return;
        }
        MemorySegment next = map(folder.resolve(NEXT_USES), count * Integer.BYTES, true);
        int[] later = new int[objects.count()];
        Arrays.fill(later, NEVER);
        for (long i = count - 1; i >= 0; i--) {
            int object = object(i);
            next.set(INT, i * Integer.BYTES, later[object]);
            later[object] = (int) i;
        }
        nextUses = next;
    }

    Totals totals() {
        return totals;
    }

    long requests() {
        return count;
    }

    int objects() {
        return objects.count();
    }

    /** Returns which object a request asks for. */
    int object(long request) {
        return requests.get(INT, request * REQUEST_BYTES);
    }

    /** Returns when a request was, in nanoseconds since the first one. */
    long nanos(long request) {
        return NANOS_PER_HUNDREDTH * requests.get(INT, request * REQUEST_BYTES + Integer.BYTES);
    }

    /**
     * Returns the next request for the object of this one, or {@link #NEVER}.
     *
     * @throws IllegalStateException before {@link #lookAhead}
     */
    int nextUse(long request) {
        if (nextUses == null) {
            throw new IllegalStateException("nobody has looked ahead");
        }
        return nextUses.get(INT, request * Integer.BYTES);
    }

    Digest key(int object) {
        return keys[object];
    }

    /** Returns the size of an object in bytes. */
    long size(int object) {
        return objects.size(object);
    }

    /** Unmaps and deletes the temporary files. */
    @Override
    public void close() throws IOException {
        arena.close();
        delete(folder);
    }

    private static void delete(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve(REQUESTS));
        Files.deleteIfExists(folder.resolve(NEXT_USES));
        Files.deleteIfExists(folder);
    }
}
