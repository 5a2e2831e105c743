package org.stoq.cli.replay;

import java.util.Locale;
import org.stoq.sdk.config.ByteSize;

/**
 * How large a cache is to be.
 *
 * @param amount bytes or objects, at least 1; 0 if it is a share
 * @param share of all objects of a trace, above 0 and up to 1; 0 if it is an amount
 * @param inObjects whether each object counts as one, whatever its size
 */
record CacheSize(long amount, double share, boolean inObjects) {
    private static final String OBJECTS = "obj";

    /**
     * Parses {@code 64MB}, {@code 10%}, {@code 0.1}, {@code 687obj} or {@code 10%obj}.
     *
     * @throws IllegalArgumentException if it is none of them, or nothing at all
     */
    static CacheSize parse(String typed) {
        String text = typed.strip().toLowerCase(Locale.ROOT);
        boolean inObjects = text.endsWith(OBJECTS);
        String number =
                inObjects ? text.substring(0, text.length() - OBJECTS.length()).strip() : text;
        if (number.matches("[0-9]{1,9}(\\.[0-9]{1,9})?%")) {
            return share(
                    typed,
                    Double.parseDouble(number.substring(0, number.length() - 1)) / 100,
                    inObjects);
        }
        if (number.matches("[0-9]\\.[0-9]{1,18}")) {
            return share(typed, Double.parseDouble(number), inObjects);
        }
        if (inObjects && !number.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException("'" + typed + "' is no number of objects");
        }
        long amount = ByteSize.parse(number).bytes();
        if (amount == 0) {
            throw new IllegalArgumentException("'" + typed + "' is a cache for nothing");
        }
        return new CacheSize(amount, 0, inObjects);
    }

    private static CacheSize share(String typed, double share, boolean inObjects) {
        if (share <= 0 || share > 1) {
            throw new IllegalArgumentException(
                    "'" + typed + "' is not above 0 and up to all of it");
        }
        return new CacheSize(0, share, inObjects);
    }

    /** Returns how much that is of a trace: bytes or objects, at least 1. */
    long of(Trace trace) {
        long whole = inObjects ? trace.objects() : trace.totals().footprintBytes();
        return share > 0 ? Math.max(1, Math.round(share * whole)) : amount;
    }
}
