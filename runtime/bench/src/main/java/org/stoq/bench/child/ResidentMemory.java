package org.stoq.bench.child;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory that a process really holds, as the kernel counts it ({@code proc(5)}: VmRSS). */
final class ResidentMemory {
    private static final String RESIDENT = "VmRSS:";

    private ResidentMemory() {}

    /**
     * Collects the garbage of this process, which is nobody's memory, and returns what is left, in
     * bytes.
     */
    static long bytes() throws IOException {
        System.gc();
        return of("self");
    }

    /** Returns the memory of a process by its number, in bytes. */
    static long of(String process) throws IOException {
        Path status = Path.of("/proc", process, "status");
        try (var lines = Files.lines(status)) {
            return parse(
                    lines.filter(line -> line.startsWith(RESIDENT))
                            .findFirst()
                            .orElseThrow(() -> new IOException("no VmRSS in " + status)));
        }
    }

    static long parse(String line) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }
}
