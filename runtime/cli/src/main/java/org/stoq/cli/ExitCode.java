package org.stoq.cli;

import org.stoq.sdk.StoqErrorCode;

/** How a command ends, as the shell sees it: the one place where the numbers stand. */
public enum ExitCode {
    /** It is done. */
    OK(0, "done"),
    /** It failed, or what was to be checked has faults. */
    FAILED(1, "failed, or a check has found faults"),
    /** The command line cannot be understood. */
    USAGE(2, "the command line is wrong"),
    /** What was asked for is not there. */
    NOT_FOUND(3, "no such object, file or plug-in"),
    /** The node does not answer. */
    UNREACHABLE(4, "the node cannot be reached"),
    /** Bytes that are not what they should be, or somebody who is not believed. */
    REFUSED(5, "integrity or trust: bytes, certificate or permission refused"),
    /** Somebody pressed Ctrl-C. */
    INTERRUPTED(130, "interrupted");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /** Returns the status of the process, 0 to 255. */
    public int number() {
        return number;
    }

    /** Returns what it means, for the help text. */
    public String meaning() {
        return meaning;
    }

    /** Returns how a command ends that a node has refused so, or that lost it so. */
    static ExitCode of(StoqErrorCode code) {
        return switch (code) {
            case NO_ERROR -> OK;
            case NOT_FOUND -> NOT_FOUND;
            case CONNECTION_LOST, CONNECTION_LIMIT, GOING_AWAY -> UNREACHABLE;
            case INTEGRITY, CERTIFICATE_REFUSED, UNAUTHENTICATED, FORBIDDEN -> REFUSED;
            default -> FAILED;
        };
    }
}
