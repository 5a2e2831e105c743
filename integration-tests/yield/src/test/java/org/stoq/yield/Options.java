package org.stoq.yield;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the command was asked for.
 *
 * @param lines where to measure
 * @param span how long each measurement takes
 * @param rounds how often each is repeated, at least 1
 * @param algorithms what the push is to use, one after the other
 * @param json whether the result is for a program
 */
record Options(List<Line> lines, Duration span, int rounds, List<String> algorithms, boolean json) {
    static final String USAGE =
            """
            usage: integration-tests/yield/run [OPTION...]

            Measures what a background push leaves to a foreground download on one bottleneck: with the
            real engine, over sockets. Every byte is verified. The download uses cubic.

              --rate 20mbit      the bottleneck's rate, in UDP payload
              --delay 20ms       of each direction
              --queue 100ms      how long the last datagram of a full queue waits
              --matrix           several lines instead of that one
              --seconds 10       for each measurement
              --rounds 3         the median of so many
              --algorithms ledbat,copa,cubic
                                 what the push uses: cubic, or controllers of plug-ins
              --json             for programs
              --help             this text

            Exits with 1 if beside ledbat the download keeps less than 0.90 of what it has alone, or if
            ledbat alone uses less than 0.80 of the rate; with 64 if it was asked for what there is not.
            """;

    private static final Pattern QUANTITY = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)([a-z]+)");
    private static final long KILO = 1_000;
    private static final long MEGA = 1_000_000;
    private static final double MILLI_NANOS = 1e6;

    private static final List<Line> MATRIX =
            List.of(
                    line(5, 10, 100),
                    line(5, 40, 200),
                    line(20, 5, 50),
                    line(20, 20, 100),
                    line(50, 10, 100),
                    line(50, 40, 200));

    private static Line line(int megabits, int oneWayMillis, int queueMillis) {
        return new Line(
                megabits * MEGA, Duration.ofMillis(oneWayMillis), Duration.ofMillis(queueMillis));
    }

    /**
     * Reads the arguments.
     *
     * @throws IllegalArgumentException if there is something wrong with them; the message says what
     */
    static Options parse(List<String> arguments) {
        long rate = 20 * MEGA;
        Duration delay = Duration.ofMillis(20);
        Duration queue = Duration.ofMillis(100);
        int seconds = 10;
        int rounds = 3;
        boolean matrix = false;
        boolean json = false;
        List<String> algorithms = List.of("ledbat", "copa", "cubic");
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String option = rest.next();
            switch (option) {
                case "--rate" -> rate = rate(value(option, rest));
                case "--delay" -> delay = duration(value(option, rest));
                case "--queue" -> queue = duration(value(option, rest));
                case "--seconds" -> seconds = number(option, rest);
                case "--rounds" -> rounds = number(option, rest);
                case "--algorithms" -> algorithms = List.of(value(option, rest).split(",", -1));
                case "--matrix" -> matrix = true;
                case "--json" -> json = true;
                default -> throw new IllegalArgumentException("no option " + option);
            }
        }
        List<Line> lines = new ArrayList<>();
        if (matrix) {
            lines.addAll(MATRIX);
        } else {
            lines.add(new Line(rate, delay, queue));
        }
        return new Options(lines, Duration.ofSeconds(seconds), rounds, algorithms, json);
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.next();
    }

    private static int number(String option, Iterator<String> rest) {
        String value = value(option, rest);
        if (!value.matches("[1-9][0-9]{0,3}")) {
            throw new IllegalArgumentException(option + " takes 1 to 9999, not " + value);
        }
        return Integer.parseInt(value);
    }

    private static long rate(String value) {
        Matcher quantity = quantity(value, "a rate is like 20mbit or 500kbit");
        double number = Double.parseDouble(quantity.group(1));
        return switch (quantity.group(2)) {
            case "kbit" -> Math.round(number * KILO);
            case "mbit" -> Math.round(number * MEGA);
            default -> throw new IllegalArgumentException("a rate is like 20mbit, not " + value);
        };
    }

    private static Duration duration(String value) {
        Matcher quantity = quantity(value, "a time is like 20ms");
        if (!quantity.group(2).equals("ms")) {
            throw new IllegalArgumentException("a time is like 20ms, not " + value);
        }
        return Duration.ofNanos(Math.round(Double.parseDouble(quantity.group(1)) * MILLI_NANOS));
    }

    private static Matcher quantity(String value, String hint) {
        Matcher quantity = QUANTITY.matcher(value.toLowerCase(Locale.ROOT));
        if (!quantity.matches()) {
            throw new IllegalArgumentException(hint + ", not " + value);
        }
        return quantity;
    }
}
