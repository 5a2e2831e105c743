package org.stoq.fuzz;

import java.util.Arrays;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** What must be true of every input. */
public final class Oracle {
    private Oracle() {}

    /** Requires that a refusal has one of the names that its place promises. */
    public static void refusedWith(StoqException refusal, StoqErrorCode... promised) {
        if (Arrays.stream(promised).noneMatch(code -> code == refusal.code())) {
            throw new AssertionError("refused with " + refusal.code(), refusal);
        }
    }

    /** Requires something. */
    public static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** Requires that two things are equal. */
    public static void same(Object expected, Object found, String what) {
        if (!expected.equals(found)) {
            throw new AssertionError("%s: %s expected, %s found".formatted(what, expected, found));
        }
    }

    /** Requires that two arrays are equal. */
    public static void same(byte[] expected, byte[] found, String what) {
        if (!Arrays.equals(expected, found)) {
            throw new AssertionError(
                    "%s: %d bytes differ from %d at %d"
                            .formatted(
                                    what,
                                    expected.length,
                                    found.length,
                                    Arrays.mismatch(expected, found)));
        }
    }
}
