package org.stoq.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.terminal.Terminal;
import org.stoq.cli.tree.PartialFiles;
import org.stoq.sdk.config.HostPort;

/** One run of {@code stoq}: what its commands share. */
final class Invocation {
    private static final String DEFAULT_NODE = "[::1]:4433";
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private final Surroundings surroundings;
    private final PartialFiles partialFiles;
    private final GlobalOptions options = new GlobalOptions();

    /** Made on first use: the options must have been parsed. Belongs to the main thread. */
    private @Nullable Terminal terminal;

    Invocation(Surroundings surroundings, PartialFiles partialFiles) {
        this.surroundings = surroundings;
        this.partialFiles = partialFiles;
    }

    GlobalOptions options() {
        return options;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    PartialFiles partialFiles() {
        return partialFiles;
    }

    Terminal terminal() {
        if (terminal == null) {
            boolean bars =
                    surroundings.onTerminal()
                            && !options.json
                            && !options.quiet
                            && !options.noProgress;
            terminal =
                    new Terminal(
                            surroundings.out(),
                            surroundings.err(),
                            new Terminal.Manner(options.json, options.quiet, bars),
                            surroundings.nanoClock());
        }
        return terminal;
    }

    Duration timeout() {
        return Objects.requireNonNullElse(options.timeout, DEFAULT_TIMEOUT);
    }

    /** Returns the node that is meant. */
    HostPort node() throws CommandFailure {
        if (options.node != null) {
            return options.node;
        }
        String named = surroundings.environment().getOrDefault("STOQ_NODE", DEFAULT_NODE);
        try {
            return HostPort.parse(named);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(
                    "the environment variable STOQ_NODE: " + e.getMessage(),
                    "write it as in STOQ_NODE=" + DEFAULT_NODE);
        }
    }

    /** Opens a connection to that node. */
    NodeAccess connect() throws CommandFailure {
        return NodeAccess.open(node(), timeout(), surroundings);
    }

    /** Returns the file that a person means by a path. */
    Path file(Path typed) {
        return surroundings.folder().resolve(typed).normalize();
    }

    /** Returns how much time has passed, in milliseconds. */
    long elapsedMillis(long startNanos) {
        return Duration.ofNanos(surroundings.nanoClock().getAsLong() - startNanos).toMillis();
    }
}
