package org.stoq.cli;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Why a command ends, for a person, for a script and for the shell. */
public final class CommandFailure extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final ExitCode exit;
    private final String code;
    private final String hint;

    /**
     * Creates a failure.
     *
     * @param exit how the process ends
     * @param code one word for scripts, such as {@code NOT_FOUND}
     * @param message what happened, in one line
     * @param hint what to do next; empty if there is nothing to say
     */
    public CommandFailure(ExitCode exit, String code, String message, String hint) {
        this(exit, code, message, hint, null);
    }

    /** Creates a failure with the reason of its own that {@code --verbose} shows. */
    public CommandFailure(
            ExitCode exit, String code, String message, String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.exit = exit;
        this.code = code;
        this.hint = hint;
    }

    /** Returns a failure of the command line itself. */
    public static CommandFailure usage(String message, String hint) {
        return new CommandFailure(ExitCode.USAGE, "USAGE", message, hint);
    }

    /** Returns a failure without a name of its own. */
    public static CommandFailure failed(String message, String hint) {
        return new CommandFailure(ExitCode.FAILED, "FAILED", message, hint);
    }

    /** Returns how the process ends. */
    public ExitCode exit() {
        return exit;
    }

    /** Returns one word for scripts. */
    public String code() {
        return code;
    }

    /** Returns the message, which is always there. */
    public String message() {
        return String.valueOf(getMessage());
    }

    /** Returns what to do next; empty if there is nothing to say. */
    public String hint() {
        return hint;
    }
}
