package org.stoq.sdk.config;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes lengths of time such as {@code 30s} and {@code 100ms}. */
final class Durations {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*(ns|us|ms|s|m|h|d)");

    /** From the longest to the shortest. */
    private static final Map<String, Duration> STEPS = steps();

    private Durations() {}

    static Duration of(long count, Duration step) {
        if (count < 0) {
            throw new IllegalArgumentException("a time below zero: " + count);
        }
        try {
            return step.multipliedBy(count);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("a time beyond measure: " + count, e);
        }
    }

    static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        Duration step = matcher.matches() ? STEPS.get(matcher.group(2)) : null;
        if (step == null) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a time such as \"30s\", \"100ms\", \"5m\" or \"1h\"");
        }
        return of(Long.parseLong(matcher.group(1)), step);
    }

    /** Returns a count of steps where that is exact, else the shortest text. */
    static Object write(Duration value, Duration step) {
        if (value.minus(step.multipliedBy(value.dividedBy(step))).isZero()) {
            return value.dividedBy(step);
        }
        return STEPS.entrySet().stream()
                .filter(entry -> value.dividedBy(entry.getValue()) > 0)
                .filter(entry ->
                        entry.getValue()
                                .multipliedBy(value.dividedBy(entry.getValue()))
                                .equals(value))
                .findFirst()
                .map(entry -> value.dividedBy(entry.getValue()) + entry.getKey())
                .orElseThrow();
    }

    private static Map<String, Duration> steps() {
        Map<String, Duration> steps = new LinkedHashMap<>();
        steps.put("d", Duration.ofDays(1));
        steps.put("h", Duration.ofHours(1));
        steps.put("m", Duration.ofMinutes(1));
        steps.put("s", Duration.ofSeconds(1));
        steps.put("ms", Duration.ofMillis(1));
        steps.put("us", Duration.ofNanos(1_000));
        steps.put("ns", Duration.ofNanos(1));
        return Collections.unmodifiableMap(steps);
    }
}
