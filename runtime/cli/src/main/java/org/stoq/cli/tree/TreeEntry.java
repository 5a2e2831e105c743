package org.stoq.cli.tree;

import java.nio.file.Path;
import org.stoq.client.ObjectInfo;

/**
 * A file, symbolic link or directory that is to be published.
 *
 * @param name its name on the node
 * @param file where it lies
 * @param kind what it is
 * @param mode POSIX permission bits, 0 to 0777
 * @param modifiedMillis last change, milliseconds since 1970 UTC
 * @param size length in bytes; of a link that of the path it leads to, of a directory 0
 */
public record TreeEntry(
        String name, Path file, ObjectInfo.Kind kind, int mode, long modifiedMillis, long size) {}
