package org.stoq.cli;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time such as {@code 500ms}, {@code 30s}, {@code 5m}; a bare number counts seconds. */
final class TimeSpan implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h)?");
    private static final Map<String, Duration> UNITS =
            Map.of(
                    "ms", Duration.ofMillis(1),
                    "s", Duration.ofSeconds(1),
                    "m", Duration.ofMinutes(1),
                    "h", Duration.ofHours(1));

    @Override
    public Duration convert(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "'" + text + "' is not a time such as 500ms, 30s or 5m");
        }
        String unit = matcher.group(2) == null ? "s" : matcher.group(2);
        Duration time =
                UNITS.getOrDefault(unit, Duration.ZERO)
                        .multipliedBy(Long.parseLong(matcher.group(1)));
        if (time.isZero()) {
            throw new TypeConversionException("'" + text + "' is no time at all");
        }
        return time;
    }
}
