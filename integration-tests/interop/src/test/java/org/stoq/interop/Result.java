package org.stoq.interop;

import java.time.Duration;

/**
 * What came out.
 *
 * @param cell where it belongs
 * @param verdict how it went
 * @param note what was seen, or the reason
 * @param took how long it took
 */
record Result(Cell cell, Verdict verdict, String note, Duration took) {
    /** How it went. */
    enum Verdict {
        /** It works. */
        PASSED,
        /** It does not, and should. */
        FAILED,
        /** One of the two cannot do that at all; the note says which, and why. */
        UNSUPPORTED,
        /** The peer is not installed here. */
        MISSING
    }
}
