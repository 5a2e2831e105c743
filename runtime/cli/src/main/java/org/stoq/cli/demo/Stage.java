package org.stoq.cli.demo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The folder and the processes of a demo. However the program ends, they end with it: {@link
 * #close} in the ordinary case, a shutdown hook in the others. Thread-safe.
 */
final class Stage implements AutoCloseable {
    private final Path folder;
    private final Thread hook = Thread.ofPlatform().unstarted(this::clear);
    private final ReentrantLock lock = new ReentrantLock();
    private final List<ChildNode> nodes = new ArrayList<>();
    private boolean cleared;

    private Stage(Path folder) {
        this.folder = folder;
    }

    static Stage open() throws IOException {
        Stage stage = new Stage(Files.createTempDirectory("stoq-demo-"));
        Runtime.getRuntime().addShutdownHook(stage.hook);
        return stage;
    }

    Path folder() {
        return folder;
    }

    /** Keeps a node until the end. */
    ChildNode add(ChildNode node) throws IOException {
        lock.lock();
        try {
            if (cleared) {
                node.kill();
                throw new IOException("interrupted");
            }
            nodes.add(node);
            return node;
        } finally {
            lock.unlock();
        }
    }

    private void clear() {
        lock.lock();
        try {
            cleared = true;
            nodes.forEach(ChildNode::kill);
            nodes.clear();
            delete();
        } catch (IOException e) {
            System.getLogger(Stage.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot delete " + folder, e);
        } finally {
            lock.unlock();
        }
    }

    /** The nodes stop gently, all at once; then everything is deleted. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            List<Thread> endings =
                    nodes.stream().map(node -> Thread.ofVirtual().start(node::close)).toList();
            for (Thread ending : endings) {
                ending.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        clear();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook has nothing left to do.
            return;
        }
    }

    private void delete() throws IOException {
        if (Files.exists(folder)) {
            Files.walkFileTree(folder, new Deletion());
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                throws IOException {
            // A copied folder may have a mode that lets nobody take something out of it.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
