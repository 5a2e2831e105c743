package org.stoq.store;

import java.io.IOException;
import java.nio.file.Path;

/** The files under a store, and the space they have; tests stand in between to make it fail. */
interface Disk {
    /**
     * Opens a file for reading and writing; makes it if it is missing and {@code create} says so.
     */
    StoreFile open(Path path, boolean create) throws IOException;

    /** Returns how many bytes the disk under the folder has left; 0 if it does not say. */
    long usableBytes(Path directory);

    /** Makes the names in a folder survive a power cut. */
    void forceDirectory(Path directory) throws IOException;
}
