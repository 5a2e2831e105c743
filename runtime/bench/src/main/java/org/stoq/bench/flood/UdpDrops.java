package org.stoq.bench.flood;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** How many datagrams were lost because a socket's buffer was full, as Linux counts them. */
final class UdpDrops {
    private static final Path SOCKETS = Path.of("/proc/net/udp6");
    private static final int LOCAL = 1;

    private UdpDrops() {}

    /** Returns the loss of all sockets of this network that are bound to a port. */
    static long atPort(int port) throws IOException {
        String end = portText(port);
        return sum(Files.readAllLines(SOCKETS), local -> local.endsWith(end));
    }

    /** Returns the loss of all sockets that are bound to an address of 2001:db8::/32. */
    static long atDocumentationPrefix() throws IOException {
        // Four words in the byte order of the machine, which is little-endian where we run.
        return sum(Files.readAllLines(SOCKETS), local -> local.startsWith("B80D0120"));
    }

    static String portText(int port) {
        return String.format(Locale.ROOT, ":%04X", port);
    }

    /**
     * Adds up.
     *
     * @param lines of the table, its heading first
     * @param counts which local addresses count, as they are written there
     */
    static long sum(List<String> lines, Predicate<String> counts) {
        long drops = 0;
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length > LOCAL && counts.test(fields[LOCAL])) {
                drops += Long.parseLong(fields[fields.length - 1]);
            }
        }
        return drops;
    }
}
