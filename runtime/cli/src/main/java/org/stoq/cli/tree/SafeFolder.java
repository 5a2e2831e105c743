package org.stoq.cli.tree;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * A folder that is filled with what a node names, and outside of which nothing is written: whatever
 * the node says, and whatever links lie in the folder already.
 *
 * @param root the folder
 */
public record SafeFolder(Path root) {
    /**
     * Returns where a name leads to, below the root.
     *
     * @param relative parts between slashes
     * @throws StoqException FORBIDDEN if it leads elsewhere or names no file
     */
    public Path target(String relative) throws StoqException {
        Optional<String> fault = ObjectName.fault(relative);
        if (fault.isPresent()) {
            throw refused(relative, fault.get());
        }
        Path target = root;
        try {
            for (String part : relative.split("/", -1)) {
                Path single = root.getFileSystem().getPath(part);
                // On some systems a part can hold more than a name: a drive, a second separator.
                if (single.isAbsolute() || single.getNameCount() != 1 || !isSame(single, part)) {
                    throw refused(relative, "'" + part + "' is no plain file name here");
                }
                target = target.resolve(single);
            }
        } catch (InvalidPathException e) {
            throw refused(relative, e.getReason());
        }
        if (!target.startsWith(root) || target.equals(root)) {
            throw refused(relative, "it leads out of the folder");
        }
        return target;
    }

    /**
     * Makes the directories above a target, one by one, without following a link below the root.
     *
     * @throws StoqException FORBIDDEN if a link or file stands in the way
     */
    public void makeParents(Path target) throws IOException {
        Path folder = root;
        Files.createDirectories(root);
        for (Path part : root.relativize(target.resolveSibling(""))) {
            if (!part.toString().isEmpty()) {
                folder = folder.resolve(part);
                makeDirectory(folder);
            }
        }
    }

    /**
     * Makes one directory, or finds it there.
     *
     * @throws StoqException FORBIDDEN if a link or file stands in its place
     */
    public void makeDirectory(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.createDirectory(folder);
            } catch (FileAlreadyExistsException e) {
                // Another thread may have made it in between.
                if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                    throw new StoqException(
                            StoqErrorCode.FORBIDDEN,
                            folder + " is a link or file where a folder should be",
                            e);
                }
            }
        }
    }

    private static boolean isSame(Path single, String part) {
        return single.toString().equals(part);
    }

    private static StoqException refused(String name, String why) {
        return new StoqException(
                StoqErrorCode.FORBIDDEN, "refused to write '%s': %s".formatted(name, why));
    }
}
