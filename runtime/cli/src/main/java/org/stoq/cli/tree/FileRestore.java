package org.stoq.cli.tree;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.security.MessageDigest;
import java.util.function.LongConsumer;
import org.stoq.client.ObjectInfo;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Writes single objects: under a temporary name, moved to their own when they are whole and
 * checked. Thread-safe.
 */
public final class FileRestore {
    /** Linux takes no longer path, with its end. */
    private static final int MAX_LINK_BYTES = 4_095;

    private static final int BUFFER_BYTES = 1 << 16;

    private final PartialFiles partial;

    /** Where the bytes come from. */
    @FunctionalInterface
    public interface Source {
        /** Writes the whole object and checks it against its digest. Returns what it was. */
        ObjectInfo download(WritableByteChannel target, LongConsumer progress) throws IOException;
    }

    /** Creates a writer whose unfinished files are known to the set. */
    public FileRestore(PartialFiles partial) {
        this.partial = partial;
    }

    /** Writes a file with its mode and time. Replaces a file or link, not a folder. */
    public ObjectInfo file(Source source, Path target, LongConsumer progress) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        Path temporary = partial.begin(folder == null ? target : folder);
        try {
            ObjectInfo info;
            try (FileChannel file =
                    FileChannel.open(
                            temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                info = source.download(file, progress);
            }
            attributes(temporary, info);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            return info;
        } finally {
            Files.deleteIfExists(temporary);
            partial.end(temporary);
        }
    }

    /** Makes a symbolic link. Replaces a file or link, not a folder. */
    public ObjectInfo link(Source source, Path target) throws IOException {
        ByteArrayOutputStream path = new ByteArrayOutputStream();
        ObjectInfo info = source.download(new Capped(Channels.newChannel(path)), count -> {});
        Path leadsTo;
        try {
            leadsTo = target.getFileSystem().getPath(path.toString(StandardCharsets.UTF_8));
        } catch (InvalidPathException e) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, info.name() + " leads to no path", e);
        }
        if (leadsTo.toString().isEmpty()) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, info.name() + " is a link to nowhere");
        }
        Path folder = target.toAbsolutePath().getParent();
        Path temporary = partial.begin(folder == null ? target : folder);
        try {
            Files.createSymbolicLink(temporary, leadsTo);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            return info;
        } finally {
            Files.deleteIfExists(temporary);
            partial.end(temporary);
        }
    }

    /** Returns whether the file is there already, with the same bytes; never follows a link. */
    public static boolean isPresent(Path target, ObjectInfo info) throws IOException {
        if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
                || Files.size(target) != info.size()) {
            return false;
        }
        MessageDigest sha256 = Digest.sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (FileChannel file =
                FileChannel.open(target, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            while (file.read(buffer) >= 0) {
                sha256.update(buffer.flip());
                buffer.clear();
            }
        }
        return Digest.copyOf(sha256.digest()).equals(info.object());
    }

    /** Gives a file or directory, never what a link leads to, its mode and time. */
    public static void attributes(Path file, ObjectInfo info) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(
                        file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        // The time first: a mode without read permission would be in its way.
        if (view != null && info.modifiedMillis() != 0) {
            view.setTimes(FileTime.fromMillis(info.modifiedMillis()), null, null);
        }
        if (view != null && info.mode() != 0) {
            view.setPermissions(PosixMode.permissions(info.mode()));
        }
    }

    /** Refuses the content of a link that is too long for a path. */
    private record Capped(WritableByteChannel target, Counter counter)
            implements WritableByteChannel {
        Capped(WritableByteChannel target) {
            this(target, new Counter());
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            counter.total += source.remaining();
            if (counter.total > MAX_LINK_BYTES) {
                throw new StoqException(
                        StoqErrorCode.TOO_LARGE,
                        "a link to a path of more than " + MAX_LINK_BYTES + " bytes");
            }
            return target.write(source);
        }

        @Override
        public boolean isOpen() {
            return target.isOpen();
        }

        @Override
        public void close() throws IOException {
            target.close();
        }
    }

    private static final class Counter {
        private long total;
    }
}
