package org.stoq.plugins;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;

/**
 * What tells that a file was written again without reading it.
 *
 * @param sizeBytes its size
 * @param modified when its content changed last
 * @param identity inode number or the like; empty where there is none
 */
record FileStamp(long sizeBytes, FileTime modified, String identity) {
    /** Returns the stamp that attributes show. */
    static FileStamp of(BasicFileAttributes attributes) {
        return new FileStamp(
                attributes.size(),
                attributes.lastModifiedTime(),
                Objects.toString(attributes.fileKey(), ""));
    }
}
