package org.stoq.plugins;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;

/** Lists the files that may be plug-ins. */
final class FolderListing {
    private static final System.Logger LOG = System.getLogger(FolderListing.class.getName());

    private FolderListing() {}

    /**
     * Looks into a folder, which is made if it is not there.
     *
     * @return files with a name that ends with {@code .jar} and does not begin with a dot
     * @throws IOException if the folder cannot be read
     */
    static Map<String, FileStamp> read(Path folder) throws IOException {
        Files.createDirectories(folder);
        Map<String, FileStamp> seen = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (!name.startsWith(".")) {
                    add(name, file, seen);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return seen;
    }

    private static void add(String name, Path file, Map<String, FileStamp> seen)
            throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isDirectory()) {
                seen.put(name, FileStamp.of(attributes));
            }
        } catch (NoSuchFileException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} is gone already", name);
        }
    }
}
