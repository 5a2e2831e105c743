package org.stoq.cli.replay;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.stoq.cli.CommandFailure;
import org.stoq.sdk.Digest;

/**
 * Lines of {@code time,id,size}, with or without a line of names above them. Further columns, empty
 * lines and lines that begin with {@code #} are passed over.
 */
final class CsvTrace implements TraceReader {
    private static final String FORM = "a line is time,id,size: seconds, a name or number, bytes";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}(\\.[0-9]{0,18})?");

    private final BufferedReader lines;
    private long line;
    private boolean any;
    private double seconds;
    private long id;
    private long size;

    CsvTrace(InputStream in) {
        lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    @Override
    public boolean next() throws IOException, CommandFailure {
        while (true) {
            String text = lines.readLine();
            if (text == null) {
                return false;
            }
            line++;
            text = text.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            boolean first = !any;
            any = true;
            if (take(text, first)) {
                return true;
            }
        }
    }

    /** Takes a line apart. Returns false if it is the line of names. */
    private boolean take(String text, boolean first) throws CommandFailure {
        int afterTime = text.indexOf(',');
        int afterId = text.indexOf(',', afterTime + 1);
        if (afterTime < 0 || afterId < 0) {
            throw TraceFile.invalid(
                    "%s has fewer than three columns: '%s'".formatted(place(), shortened(text)),
                    FORM);
        }
        int afterSize = text.indexOf(',', afterId + 1);
        String time = text.substring(0, afterTime).strip();
        if (first && !isNumber(time)) {
            return false;
        }
        seconds = seconds(time);
        id = id(text.substring(afterTime + 1, afterId).strip());
        size = size(text.substring(afterId + 1, afterSize < 0 ? text.length() : afterSize).strip());
        return true;
    }

    private double seconds(String text) throws CommandFailure {
        if (!isNumber(text)) {
            throw badNumber("time", text);
        }
        return Double.parseDouble(text);
    }

    private long size(String text) throws CommandFailure {
        try {
            long bytes = Long.parseLong(text);
            if (bytes >= 0) {
                return bytes;
            }
        } catch (NumberFormatException e) {
            throw badNumber("size", text);
        }
        throw badNumber("size", text);
    }

    private long id(String text) throws CommandFailure {
        if (text.isEmpty()) {
            throw badNumber("id", text);
        }
        boolean digits = text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        // Names are hashed: of a thousand million two are taken for one with a chance of 3 %.
        return digits
                ? Long.parseLong(text)
                : Digest.of(text.getBytes(StandardCharsets.UTF_8)).prefix();
    }

    private CommandFailure badNumber(String column, String text) {
        return TraceFile.invalid(
                "%s: the %s '%s' is none".formatted(place(), column, shortened(text)), FORM);
    }

    private static boolean isNumber(String text) {
        return NUMBER.matcher(text).matches();
    }

    private static String shortened(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }

    @Override
    public double seconds() {
        return seconds;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public String place() {
        return "line " + line;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
