package org.stoq.plugins;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import org.jspecify.annotations.Nullable;

/**
 * Hears from the operating system that something happened in a folder. It may miss things: whoever
 * listens looks for itself now and then.
 *
 * <p>{@link #renew} belongs to one thread; the listener is called on a virtual thread that ends
 * with {@link #close}.
 */
final class FolderEvents implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FolderEvents.class.getName());

    private final Path folder;
    private final @Nullable WatchService service;
    private @Nullable WatchKey key;

    /** What was logged last, so that it is logged once. */
    private String trouble = "";

    FolderEvents(Path folder, Runnable listener) {
        this.folder = folder;
        this.service = open(folder);
        WatchService opened = service;
        if (opened != null) {
            Thread.ofVirtual().name("stoq-plugins-events").start(() -> hear(opened, listener));
        }
    }

    /** Watches the folder if it does not yet, or was deleted; makes it if it is not there. */
    void renew() {
        WatchService opened = service;
        WatchKey current = key;
        if (opened == null || (current != null && current.isValid())) {
            return;
        }
        try {
            Files.createDirectories(folder);
            key =
                    folder.register(
                            opened,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_DELETE);
            trouble = "";
        } catch (IOException | ClosedWatchServiceException e) {
            if (!trouble.equals(e.toString())) {
                trouble = e.toString();
                LOG.log(
                        System.Logger.Level.WARNING,
                        "cannot watch {0}, changes are found later: {1}",
                        folder,
                        trouble);
            }
        }
    }

    @Override
    public void close() throws IOException {
        WatchService opened = service;
        if (opened != null) {
            opened.close();
        }
    }

    private static void hear(WatchService service, Runnable listener) {
        try {
            while (true) {
                WatchKey signalled = service.take();
                signalled.pollEvents();
                signalled.reset();
                listener.run();
            }
        } catch (ClosedWatchServiceException | InterruptedException e) {
            LOG.log(System.Logger.Level.DEBUG, "no more events: {0}", e.toString());
        }
    }

    private static @Nullable WatchService open(Path folder) {
        try {
            return folder.getFileSystem().newWatchService();
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cannot watch {0}, changes are found later: {1}",
                    folder,
                    e.toString());
            return null;
        }
    }
}
