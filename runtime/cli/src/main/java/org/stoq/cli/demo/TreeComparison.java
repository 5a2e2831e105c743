package org.stoq.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.stoq.cli.tree.PosixMode;
import org.stoq.cli.tree.TreeEntry;
import org.stoq.cli.tree.TreeWalk;
import org.stoq.client.ObjectInfo;

/**
 * Compares a copy with its source, byte by byte, with modes, times and links, and looks for what
 * the copy has too much.
 *
 * @param identicalBytes how many bytes of files and links are the same
 * @param differences what is not, one line each
 */
record TreeComparison(long identicalBytes, List<String> differences) {
    TreeComparison {
        differences = List.copyOf(differences);
    }

    /**
     * Compares.
     *
     * @param source what was published; names are paths below the copy
     * @param copy the folder
     */
    static TreeComparison of(TreeWalk source, Path copy) throws IOException {
        long identical = 0;
        List<String> differences = new ArrayList<>();
        Map<String, TreeEntry> extra = new HashMap<>();
        for (TreeEntry found : TreeWalk.of(copy, "").entries()) {
            // A folder is in a listing or not by its mode, which is compared below.
            if (found.kind() != ObjectInfo.Kind.DIRECTORY) {
                extra.put(found.name(), found);
            }
        }
        for (TreeEntry entry : source.entries()) {
            extra.remove(entry.name());
            Path file = copy.resolve(entry.name());
            String fault = fault(entry, file);
            if (!fault.isEmpty()) {
                differences.add(entry.name() + ": " + fault);
            } else {
                identical += entry.size();
            }
        }
        extra.keySet().forEach(name -> differences.add(name + ": only in the copy"));
        return new TreeComparison(identical, differences);
    }

    private static String fault(TreeEntry entry, Path copy) throws IOException {
        boolean there =
                switch (entry.kind()) {
                    case FILE -> Files.isRegularFile(copy, LinkOption.NOFOLLOW_LINKS);
                    case SYMLINK -> Files.isSymbolicLink(copy);
                    case DIRECTORY -> Files.isDirectory(copy, LinkOption.NOFOLLOW_LINKS);
                };
        if (!there) {
            return "is missing, or something else";
        }
        if (entry.kind() == ObjectInfo.Kind.SYMLINK) {
            return Files.readSymbolicLink(copy).equals(Files.readSymbolicLink(entry.file()))
                    ? ""
                    : "leads elsewhere";
        }
        if (entry.kind() == ObjectInfo.Kind.FILE && Files.mismatch(entry.file(), copy) >= 0) {
            return "other bytes";
        }
        int mode = PosixMode.of(Files.getPosixFilePermissions(copy, LinkOption.NOFOLLOW_LINKS));
        if (mode != entry.mode()) {
            return "mode %o instead of %o".formatted(mode, entry.mode());
        }
        long millis = Files.getLastModifiedTime(copy, LinkOption.NOFOLLOW_LINKS).toMillis();
        return millis == entry.modifiedMillis() ? "" : "another time";
    }
}
