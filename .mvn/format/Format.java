import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Checks, or brings about, that every Java file of the tree reads as google-java-format (AOSP
 * style, imports in ASCII order) writes it. The build runs this file as it is, in the project's
 * JDK, for Maven may run on one that is too old for the formatter.
 *
 * <p>Arguments: {@code check} or {@code fix}; the root of the tree; a folder for what this leaves:
 * the digests of files known to be right, which make the next run quick, and {@code failed.txt} if
 * the check fails.
 */
final class Format {
    private static final Set<String> SKIPPED_FOLDERS = Set.of("target", ".git", "node_modules");

    private final Formatter formatter =
            new Formatter(JavaFormatterOptions.builder().style(Style.AOSP).build());
    private final boolean fix;
    private final Path root;

    /** Digests of contents that are right; from earlier runs. */
    private final Set<String> known;

    /** The same, of the files that are there now. */
    private final Set<String> right = new ConcurrentSkipListSet<>();

    /** Files that were not right. */
    private final Set<Path> wrong = new ConcurrentSkipListSet<>();

    private final Set<String> unreadable = new ConcurrentSkipListSet<>();

    private Format(boolean fix, Path root, Set<String> known) {
        this.fix = fix;
        this.root = root;
        this.known = known;
    }

    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[1]).toAbsolutePath().normalize();
        Path folder = Path.of(arguments[2]);
        Path memory = folder.resolve("right.txt");
        Set<String> known =
                Files.exists(memory) ? new HashSet<>(Files.readAllLines(memory)) : Set.of();
        Format format = new Format(arguments[0].equals("fix"), root, known);
        List<Path> files = format.files();
        files.parallelStream().forEach(format::look);
        Files.createDirectories(folder);
        Files.write(memory, format.right);
        format.report(files.size(), folder.resolve("failed.txt"));
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path folder, BasicFileAttributes attributes) {
                        return SKIPPED_FOLDERS.contains(String.valueOf(folder.getFileName()))
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (file.toString().endsWith(".java")) {
                            files.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return files;
    }

    private void look(Path file) {
        try {
            String text = Files.readString(file);
            String digest = digest(text);
            if (known.contains(digest)) {
                right.add(digest);
                return;
            }
            String formatted = formatted(text);
            if (formatted.equals(text)) {
                right.add(digest);
                return;
            }
            wrong.add(root.relativize(file));
            if (fix) {
                Files.writeString(file, formatted);
                right.add(digest(formatted));
            }
        } catch (IOException | FormatterException e) {
            unreadable.add(root.relativize(file) + ": " + e.getMessage());
        }
    }

    private String formatted(String text) throws FormatterException {
        String tidy = RemoveUnusedImports.removeUnusedImports(text);
        tidy = ImportOrderer.reorderImports(tidy, Style.GOOGLE);
        return formatter.formatSource(tidy);
    }

    /**
     * Says what was found; a check that fails leaves a file with the verdict, for the build to
     * read.
     */
    private void report(int count, Path verdict) throws IOException {
        for (String file : unreadable) {
            System.err.println("cannot be formatted: " + file);
        }
        for (Path file : wrong) {
            System.err.println((fix ? "formatted: " : "not formatted: ") + file);
        }
        if (fix) {
            System.err.printf("%d of %d Java files formatted%n", wrong.size(), count);
        }
        Files.deleteIfExists(verdict);
        if (!unreadable.isEmpty() || (!fix && !wrong.isEmpty())) {
            Files.writeString(
                    verdict,
                    "%d of %d Java files are not formatted (named above). To format them: ./stoq format"
                            .formatted(wrong.size() + unreadable.size(), count));
        }
    }

    private static String digest(String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
