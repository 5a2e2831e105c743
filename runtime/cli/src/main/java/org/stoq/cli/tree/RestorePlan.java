package org.stoq.cli.tree;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.stoq.client.ObjectInfo;
import org.stoq.sdk.StoqException;

/**
 * What of a listing is written where. Pure: touches no file.
 *
 * @param files files, in the order of their names
 * @param links symbolic links; made last, so that nothing is written through them
 * @param directories directories, those inside of others behind them
 * @param refused names that cannot be written, with the reason, one line each
 */
public record RestorePlan(
        List<Item> files, List<Item> links, List<Item> directories, List<String> refused) {
    /**
     * One object and its place.
     *
     * @param info what the node says of it
     * @param target where it goes
     */
    public record Item(ObjectInfo info, Path target) {}

    /** Copies the lists. */
    public RestorePlan {
        files = List.copyOf(files);
        links = List.copyOf(links);
        directories = List.copyOf(directories);
        refused = List.copyOf(refused);
    }

    /** Returns how many bytes the files have. */
    public long bytes() {
        return files.stream().mapToLong(item -> item.info().size()).sum();
    }

    /**
     * Makes a plan.
     *
     * @param objects a listing
     * @param cut how many characters of each name are left out: the prefix that was asked for
     * @param folder where to write
     */
    public static RestorePlan of(List<ObjectInfo> objects, int cut, SafeFolder folder) {
        List<String> refused = new ArrayList<>();
        TreeMap<Path, ObjectInfo> targets = new TreeMap<>();
        for (ObjectInfo info : objects) {
            try {
                Path target =
                        folder.target(info.name().substring(Math.min(cut, info.name().length())));
                ObjectInfo other = targets.putIfAbsent(target, info);
                if (other != null) {
                    refused.add(info.name() + ": goes where " + other.name() + " goes");
                }
            } catch (StoqException e) {
                refused.add(e.getMessage());
            }
        }
        Set<Path> parents = new HashSet<>();
        for (Path target : targets.keySet()) {
            for (Path above = target.getParent();
                    above != null && !above.equals(folder.root()) && parents.add(above);
                    above = above.getParent()) {
                // Adding is the condition: what is in the set has its own parents there.
            }
        }
        List<Item> files = new ArrayList<>();
        List<Item> links = new ArrayList<>();
        List<Item> directories = new ArrayList<>();
        targets.forEach((target, info) -> {
            Item item = new Item(info, target);
            if (info.kind() == ObjectInfo.Kind.DIRECTORY) {
                directories.add(item);
            } else if (parents.contains(target)) {
                refused.add(info.name() + ": other names need a folder in its place");
            } else {
                (info.kind() == ObjectInfo.Kind.SYMLINK ? links : files).add(item);
            }
        });
        return new RestorePlan(files, links, directories, refused);
    }
}
