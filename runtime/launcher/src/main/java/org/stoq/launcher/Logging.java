package org.stoq.launcher;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * How the node logs: {@code java.util.logging} on standard error, a line for each event. Whoever
 * names a configuration file of their own with {@code java.util.logging.config.file} gets that
 * instead.
 */
final class Logging {
    private static final String CONFIG_FILE = "java.util.logging.config.file";
    private static final String FORMAT = "java.util.logging.SimpleFormatter.format";

    /** Time, level, logger, text, and a stack trace if there is one. */
    private static final String LINE = "%1$tFT%1$tT.%1$tL %4$-7s %3$s: %5$s%6$s%n";

    /** Held, for a logger that nobody holds forgets its level. */
    private static final Logger NETTY = Logger.getLogger("io.netty");

    private Logging() {}

    static void configure() {
        if (System.getProperty(CONFIG_FILE) == null) {
            if (System.getProperty(FORMAT) == null) {
                System.setProperty(FORMAT, LINE);
            }
            NETTY.setLevel(Level.WARNING);
        }
    }
}
