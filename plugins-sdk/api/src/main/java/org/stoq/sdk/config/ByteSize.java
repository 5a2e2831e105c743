package org.stoq.sdk.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of bytes, written {@code 10GB} (decimal, IEC 80000-13) or {@code 64KiB} (binary).
 *
 * @param bytes how many, zero or more
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,18})\\s*(b|[kmgt]i?b)?", Pattern.CASE_INSENSITIVE);
    private static final String PREFIXES = "kmgt";

    /** Refuses negative amounts. */
    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size below zero: " + bytes);
        }
    }

    /**
     * Parses a whole number with an optional suffix {@code B}, {@code kB}, {@code MB}, {@code GB},
     * {@code TB}, {@code KiB}, {@code MiB}, {@code GiB} or {@code TiB} in any case.
     *
     * @throws IllegalArgumentException if the text is anything else or over 2^63-1 bytes
     */
    public static ByteSize parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a size such as \"10GB\", \"512MB\" or \"64KiB\"");
        }
        String suffix = matcher.group(2) == null ? "b" : matcher.group(2).toLowerCase(Locale.ROOT);
        int power = PREFIXES.indexOf(suffix.charAt(0)) + 1;
        try {
            return new ByteSize(
                    Math.multiplyExact(
                            Long.parseLong(matcher.group(1)), unit(power, suffix.contains("i"))));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is over 2^63-1 bytes", e);
        }
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** Returns the shortest text that {@link #parse} turns into the same amount. */
    @Override
    public String toString() {
        for (int power = PREFIXES.length(); bytes > 0 && power > 0; power--) {
            String prefix = PREFIXES.substring(power - 1, power).toUpperCase(Locale.ROOT);
            if (bytes % unit(power, true) == 0) {
                return bytes / unit(power, true) + prefix + "iB";
            }
            if (bytes % unit(power, false) == 0) {
                return bytes / unit(power, false) + prefix + "B";
            }
        }
        return bytes + "B";
    }

    private static long unit(int power, boolean binary) {
        long unit = 1;
        for (int i = 0; i < power; i++) {
            unit *= binary ? 1_024 : 1_000;
        }
        return unit;
    }
}
