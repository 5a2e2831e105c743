package org.stoq.cli.tree;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLConnection;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.stoq.client.ContentClient;
import org.stoq.client.ObjectInfo;
import org.stoq.client.Published;

/** Publishes many files over one connection. Used once. */
public final class TreeUpload {
    private static final String DEFAULT_MEDIA_TYPE = "application/octet-stream";

    private final ContentClient content;
    private final List<String> tags;
    private final LongConsumer progress;
    private final LongAdder objects = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder newBytes = new LongAdder();
    private final LongAdder chunks = new LongAdder();
    private final LongAdder newChunks = new LongAdder();
    private final ConcurrentLinkedQueue<String> unread = new ConcurrentLinkedQueue<>();

    /**
     * What came of it.
     *
     * @param objects how many objects were published
     * @param bytes how many bytes they have
     * @param newBytes how many of them the node did not have
     * @param chunks how many chunks they have
     * @param newChunks how many of them the node did not have
     * @param unread files that could not be read, with the reason, one line each
     */
    public record Outcome(
            long objects,
            long bytes,
            long newBytes,
            long chunks,
            long newChunks,
            List<String> unread) {
        /** Copies the list. */
        public Outcome {
            unread = List.copyOf(unread);
        }

        /** Returns the share of the bytes that the node had already, 0 to 1. */
        public double dedupRatio() {
            return bytes == 0 ? 0 : 1.0 - (double) newBytes / bytes;
        }
    }

    /**
     * Prepares an upload.
     *
     * @param content where to
     * @param tags what everything can be purged by
     * @param progress told how many bytes were sent, by several threads
     */
    public TreeUpload(ContentClient content, List<String> tags, LongConsumer progress) {
        this.content = content;
        this.tags = List.copyOf(tags);
        this.progress = progress;
    }

    /**
     * Publishes everything. Blocks until it is durable on the node. A file that cannot be read, or
     * has gone, is noted and left out; any other failure ends it.
     *
     * @param width how many at a time
     * @throws Exception what the node or the connection has said no with, or an interrupt
     */
    public Outcome run(List<TreeEntry> entries, int width) throws Exception {
        Parallel.forEach(entries, width, this::publishReadable);
        return new Outcome(
                objects.sum(),
                bytes.sum(),
                newBytes.sum(),
                chunks.sum(),
                newChunks.sum(),
                List.copyOf(unread));
    }

    /**
     * Publishes one thing. Blocks until it is durable on the node.
     *
     * @param mediaType its media type
     */
    public Published publish(TreeEntry entry, String mediaType) throws IOException {
        ContentClient.Put what =
                new ContentClient.Put(
                        entry.name(),
                        mediaType,
                        entry.kind(),
                        entry.mode(),
                        entry.modifiedMillis(),
                        tags);
        try (ReadableByteChannel source = open(entry)) {
            return content.put(what, source, OptionalLong.of(entry.size()), progress);
        }
    }

    private void publishReadable(TreeEntry entry) throws IOException {
        try {
            count(publish(entry, mediaType(entry)));
        } catch (NoSuchFileException | AccessDeniedException e) {
            unread.add(entry.file() + ": " + e.getClass().getSimpleName());
        }
    }

    private void count(Published published) {
        objects.increment();
        bytes.add(published.size());
        newBytes.add(published.newBytes());
        chunks.add(published.chunks());
        newChunks.add(published.newChunks());
    }

    private static ReadableByteChannel open(TreeEntry entry) throws IOException {
        return switch (entry.kind()) {
            case FILE ->
                    new ExactLength(
                            FileChannel.open(
                                    entry.file(),
                                    StandardOpenOption.READ,
                                    LinkOption.NOFOLLOW_LINKS),
                            entry.file().toString(),
                            entry.size());
            case SYMLINK ->
                    Channels.newChannel(
                            new ByteArrayInputStream(TreeWalk.linkTarget(entry.file())));
            case DIRECTORY -> Channels.newChannel(new ByteArrayInputStream(new byte[0]));
        };
    }

    /** Returns the media type that a file's ending stands for. */
    public static String mediaType(String name) {
        return Objects.requireNonNullElse(
                URLConnection.guessContentTypeFromName(name), DEFAULT_MEDIA_TYPE);
    }

    /** Returns the media type of an entry: that of links and directories says nothing. */
    public static String mediaType(TreeEntry entry) {
        return entry.kind() == ObjectInfo.Kind.FILE ? mediaType(entry.name()) : DEFAULT_MEDIA_TYPE;
    }
}
