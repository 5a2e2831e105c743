package org.stoq.cli.terminal;

import java.time.Duration;
import java.util.Locale;

/** Sizes, rates and times in the few characters that a person reads at a glance. */
public final class Amounts {
    private static final String PREFIXES = "KMGTPE";
    private static final int STEP = 1_024;

    private Amounts() {}

    /**
     * Returns a size in binary units, such as {@code 812 B} or {@code 1.4 MiB}.
     *
     * @param bytes zero or more
     */
    public static String bytes(long bytes) {
        if (bytes < STEP) {
            return bytes + " B";
        }
        double value = bytes;
        int power = -1;
        // 1023.95 would be shown as 1024.0 of the smaller unit.
        while (value >= STEP - 0.05 && power < PREFIXES.length() - 1) {
            value /= STEP;
            power++;
        }
        return String.format(Locale.ROOT, "%.1f %siB", value, PREFIXES.charAt(power));
    }

    /** Returns a size per second. */
    public static String rate(double bytesPerSecond) {
        return bytes(Math.round(bytesPerSecond)) + "/s";
    }

    /**
     * Returns a length of time in its two largest units, such as {@code 2m 05s} or {@code 340ms}.
     */
    public static String duration(Duration time) {
        long seconds = time.toSeconds();
        if (seconds < 1) {
            return time.toMillis() + "ms";
        }
        if (seconds < 60) {
            return seconds < 10
                    ? String.format(Locale.ROOT, "%.1fs", time.toMillis() / 1_000.0)
                    : seconds + "s";
        }
        if (seconds < 3_600) {
            return "%dm %02ds".formatted(seconds / 60, seconds % 60);
        }
        return seconds < 86_400
                ? "%dh %02dm".formatted(seconds / 3_600, seconds / 60 % 60)
                : "%dd %02dh".formatted(seconds / 86_400, seconds / 3_600 % 24);
    }

    /** Returns a share of one as a percentage, such as {@code 12.5 %}. */
    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /** Returns a count with its noun, in the plural where it is not one. */
    public static String count(long number, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
    }
}
