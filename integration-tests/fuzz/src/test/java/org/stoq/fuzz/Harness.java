package org.stoq.fuzz;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Scanner;

/**
 * What Jazzer calls. Counts inputs, and says now and then how much memory is held after a
 * collection: a target that grows is a finding as well.
 */
public final class Harness {
    private static final int PAGE_KIB = 4;
    private static final State STATE = new State();

    /** Jazzer knows static methods only, so their state is held here. */
    private static final class State {
        private FuzzTarget target = input -> {};
        private long every = Long.MAX_VALUE;
        private long inputs;
    }

    private Harness() {}

    /**
     * Chooses the target.
     *
     * @param arguments its name, and after how many inputs memory is measured
     */
    public static void fuzzerInitialize(String[] arguments)
            throws IOException, ReflectiveOperationException {
        STATE.target = FuzzTarget.named(arguments[0]);
        STATE.every = Long.parseLong(arguments[1]);
    }

    /** Feeds one input. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        STATE.target.run(input);
        if (++STATE.inputs % STATE.every == 0) {
            measure();
        }
    }

    private static void measure() throws IOException {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        long residentPages;
        try (Scanner statm = new Scanner(Path.of("/proc/self/statm"), StandardCharsets.US_ASCII)) {
            statm.nextLong();
            residentPages = statm.nextLong();
        }
        System.err.printf(
                "memory: inputs %d heap_kib %d rss_kib %d%n",
                STATE.inputs,
                memory.getHeapMemoryUsage().getUsed() >> 10,
                residentPages * PAGE_KIB);
    }
}
