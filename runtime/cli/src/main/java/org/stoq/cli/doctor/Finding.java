package org.stoq.cli.doctor;

/**
 * What one check has found.
 *
 * @param check what was looked at, in a word or two
 * @param level how bad it is
 * @param detail what was found, in one line
 * @param mend how to mend it; empty if nothing is wrong
 */
public record Finding(String check, Level level, String detail, String mend) {
    /** How bad it is. */
    public enum Level {
        /** As it should be. */
        OK,
        /** It works, but not as well as it could. */
        WARN,
        /** A node cannot run, or not be reached, like this. */
        FAIL
    }

    /** Returns a finding that all is well. */
    public static Finding ok(String check, String detail) {
        return new Finding(check, Level.OK, detail, "");
    }

    /** Returns a finding that something could be better. */
    public static Finding warn(String check, String detail, String mend) {
        return new Finding(check, Level.WARN, detail, mend);
    }

    /** Returns a finding that something is wrong. */
    public static Finding fail(String check, String detail, String mend) {
        return new Finding(check, Level.FAIL, detail, mend);
    }
}
