package org.stoq.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.stoq.sdk.NodeId;

/**
 * The file {@code run/node.properties} in the data folder: where a running node can be reached. It
 * is there exactly as long as the node serves, so scripts wait for it.
 */
final class RunFile {
    private static final System.Logger LOG = System.getLogger(RunFile.class.getName());

    private final Path file;

    RunFile(Path dataFolder) {
        this.file = dataFolder.resolve("run").resolve("node.properties");
    }

    /** Writes the file, whole or not at all. */
    void write(String address, NodeId id) throws IOException {
        Files.createDirectories(file.resolveSibling(""));
        Path fresh = file.resolveSibling("node.properties.new");
        Files.writeString(
                fresh,
                "address=%s\nnode_id=%s\npid=%d\n"
                        .formatted(address, id, ProcessHandle.current().pid()));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    void remove() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} could not be removed: {1}", file, e);
        }
    }
}
