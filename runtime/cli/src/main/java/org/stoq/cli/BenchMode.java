package org.stoq.cli;

import java.io.IOException;

/** One of the measurements of {@code stoq bench}, with the options that it alone has. */
interface BenchMode {
    /** Returns the option that asks for it. */
    String option();

    /** Returns whether it was asked for. */
    boolean chosen();

    /** Returns whether it says by itself that both ends are on this machine. */
    default boolean impliesLoopback() {
        return false;
    }

    /** Returns whether it cannot be made of a node that runs already. */
    default boolean needsBothEnds() {
        return false;
    }

    /** Makes it and prints what has come of it. */
    ExitCode measure(BenchRun run) throws IOException, CommandFailure;
}
