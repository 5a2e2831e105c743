package org.stoq.interop;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.stoq.interop.Result.Verdict;

/** The command that makes the table: {@code integration-tests/interop/run}. */
public final class InteropTable {
    private static final String USAGE =
            """
            usage: integration-tests/interop/run [--json] [PEER...]

            Tries our transport against other implementations of QUIC, and prints what came out.
            PEER: ngtcp2 or quinn; both if none is named.
            Exits with 1 if something failed, known or not, and with 2 if a peer is missing and nothing failed.
            """;

    private InteropTable() {}

    /** Makes the table. */
    public static void main(String[] arguments) throws IOException {
        List<String> names = new ArrayList<>(List.of(arguments));
        boolean json = names.remove("--json");
        if (names.stream().anyMatch(name -> name.startsWith("-"))) {
            System.err.print(USAGE);
            System.exit(64);
        }
        Path temporary = Files.createTempDirectory("stoq-interop");
        int code;
        try {
            Path module = Path.of(System.getProperty("stoq.interop.folder", "."));
            code = print(Laboratory.open(module, temporary), names, json);
        } finally {
            delete(temporary);
        }
        System.exit(code);
    }

    private static int print(Laboratory laboratory, List<String> names, boolean json)
            throws IOException {
        Map<String, String> versions = new LinkedHashMap<>();
        boolean all = names.isEmpty();
        for (Peer peer : laboratory.peers()) {
            if (all || names.remove(peer.title())) {
                versions.put(peer.title(), peer.version());
            }
        }
        if (versions.isEmpty() || !names.isEmpty()) {
            System.err.print(USAGE);
            return 64;
        }
        List<Result> results = new ArrayList<>();
        for (Cell cell : laboratory.cells()) {
            if (versions.containsKey(cell.peer().title())) {
                Result result = laboratory.result(cell);
                results.add(result);
                if (!json) {
                    System.out.println(line(result));
                }
            }
        }
        if (json) {
            System.out.println(new ObjectMapper().writeValueAsString(document(versions, results)));
        } else {
            System.out.println();
            versions.forEach((name, version) -> System.out.println(name + " " + version));
            System.out.print(table(List.copyOf(versions.keySet()), results));
        }
        return exitCode(results);
    }

    private static int exitCode(List<Result> results) {
        List<Verdict> verdicts = results.stream().map(Result::verdict).toList();
        return verdicts.contains(Verdict.FAILED) ? 1 : verdicts.contains(Verdict.MISSING) ? 2 : 0;
    }

    private static String line(Result result) {
        return "%-42s %-12s %5.1f s  %s"
                .formatted(result.cell(), word(result), seconds(result.took()), result.note());
    }

    private static String word(@Nullable Result result) {
        return result == null
                ? ""
                : switch (result.verdict()) {
                    case PASSED -> "passed";
                    case FAILED -> "FAILED";
                    case UNSUPPORTED -> "unsupported";
                    case MISSING -> "missing";
                };
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    /** One row for each case, two columns for each peer. */
    private static String table(List<String> peers, List<Result> results) {
        StringBuilder table = new StringBuilder();
        table.append("| |");
        for (Cell.Role role : Cell.Role.values()) {
            peers.forEach(peer -> table.append(" %s, %s |".formatted(role.title(), peer)));
        }
        table.append("\n|---|").append("---|".repeat(2 * peers.size())).append('\n');
        for (Case what : Case.values()) {
            table.append("| ").append(what.title()).append(" |");
            for (Cell.Role role : Cell.Role.values()) {
                for (String peer : peers) {
                    table.append(' ').append(word(find(results, role, peer, what))).append(" |");
                }
            }
            table.append('\n');
        }
        return table.toString();
    }

    private static @Nullable Result find(
            List<Result> results, Cell.Role role, String peer, Case what) {
        return results.stream()
                .filter(result -> result.cell().role() == role)
                .filter(result -> result.cell().peer().title().equals(peer))
                .filter(result -> result.cell().what() == what)
                .findFirst()
                .orElse(null);
    }

    private static Map<String, Object> document(
            Map<String, String> versions, List<Result> results) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("peers", versions);
        document.put("results", results.stream().map(InteropTable::entry).toList());
        return document;
    }

    private static Map<String, Object> entry(Result result) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("role", result.cell().role().name().toLowerCase(Locale.ROOT));
        entry.put("peer", result.cell().peer().title());
        entry.put("case", result.cell().what().name().toLowerCase(Locale.ROOT));
        entry.put("verdict", result.verdict().name().toLowerCase(Locale.ROOT));
        entry.put("note", result.note());
        entry.put("seconds", seconds(result.took()));
        return entry;
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path visited, @Nullable IOException failure) throws IOException {
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
