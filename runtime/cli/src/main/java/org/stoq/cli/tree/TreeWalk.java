package org.stoq.cli.tree;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.stoq.client.ObjectInfo;

/**
 * Everything of a folder that can be published: files, symbolic links (never followed), and those
 * directories that would not come back by themselves: empty ones, and ones with a mode of their
 * own.
 *
 * @param entries what is to be published
 * @param skipped what cannot be, with the reason, one line each
 */
public record TreeWalk(List<TreeEntry> entries, List<String> skipped) {
    /** Mode of a directory that nobody has changed. */
    private static final int USUAL_DIRECTORY_MODE = 0755;

    /** Copies the lists. */
    public TreeWalk {
        entries = List.copyOf(entries);
        skipped = List.copyOf(skipped);
    }

    /** Returns how many bytes the entries have. */
    public long bytes() {
        return entries.stream().mapToLong(TreeEntry::size).sum();
    }

    /**
     * Looks at a file or at a folder with everything in it. Blocks.
     *
     * @param start a file, link or folder
     * @param name its name on the node; what lies in a folder has it in front, with a slash
     *     between; empty for a folder whose content has no common name
     * @throws java.nio.file.NoSuchFileException if there is no such file
     */
    public static TreeWalk of(Path start, String name) throws IOException {
        Visitor visitor = new Visitor(start, name);
        // Whoever names a link to a folder means the folder.
        Path root = Files.isDirectory(start) ? start.toRealPath() : start;
        if (!root.equals(start)) {
            visitor = new Visitor(root, name);
        }
        Files.walkFileTree(root, visitor);
        return new TreeWalk(visitor.entries, visitor.skipped);
    }

    private static final class Visitor extends SimpleFileVisitor<Path> {
        private final Path start;
        private final String name;
        private final List<TreeEntry> entries = new ArrayList<>();
        private final List<String> skipped = new ArrayList<>();

        Visitor(Path start, String name) {
            this.start = start;
            this.name = name;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                throws IOException {
            int mode = mode(folder);
            if (isEmpty(folder) || mode != USUAL_DIRECTORY_MODE) {
                add(folder, ObjectInfo.Kind.DIRECTORY, mode, attributes, 0);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            if (attributes.isSymbolicLink()) {
                long length = linkTarget(file).length;
                add(file, ObjectInfo.Kind.SYMLINK, mode(file), attributes, length);
            } else if (attributes.isRegularFile()) {
                add(file, ObjectInfo.Kind.FILE, mode(file), attributes, attributes.size());
            } else {
                skipped.add(file + ": neither a file nor a folder (a socket, pipe or device)");
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (file.equals(start)) {
                throw failure;
            }
            skipped.add(file + ": cannot be read (" + failure.getClass().getSimpleName() + ")");
            return FileVisitResult.CONTINUE;
        }

        private void add(
                Path file,
                ObjectInfo.Kind kind,
                int mode,
                BasicFileAttributes attributes,
                long size) {
            String full = nameOf(file);
            if (full.isEmpty()) {
                // The folder itself, published without a name of its own.
                return;
            }
            Optional<String> fault = ObjectName.fault(full);
            if (fault.isPresent()) {
                skipped.add(file + ": not a name for an object: " + fault.get());
                return;
            }
            long modified = attributes.lastModifiedTime().toMillis();
            entries.add(new TreeEntry(full, file, kind, mode, modified, size));
        }

        private String nameOf(Path file) {
            if (file.equals(start)) {
                return name;
            }
            StringBuilder full = new StringBuilder(name);
            for (Path part : start.relativize(file)) {
                full.append(full.isEmpty() ? "" : "/").append(part);
            }
            return full.toString();
        }

        private static boolean isEmpty(Path folder) throws IOException {
            try (DirectoryStream<Path> content = Files.newDirectoryStream(folder)) {
                return !content.iterator().hasNext();
            }
        }

        private static int mode(Path file) throws IOException {
            return PosixMode.of(
                    Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                            .permissions());
        }
    }

    /** Returns the path that a link leads to, as bytes. */
    static byte[] linkTarget(Path link) throws IOException {
        return Files.readSymbolicLink(link).toString().getBytes(StandardCharsets.UTF_8);
    }
}
