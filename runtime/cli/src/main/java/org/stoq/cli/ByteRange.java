package org.stoq.cli;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A part of an object as a person names it, in the manner of RFC 9110 s.14.1.2.
 *
 * @param first its first byte, from 0 on; empty for the last so many bytes
 * @param last its last byte, or how many bytes where there is no first; empty for all to the end
 */
record ByteRange(OptionalLong first, OptionalLong last) {
    private static final Pattern FORM = Pattern.compile("(\\d{0,18})-(\\d{0,18})");

    /**
     * A part of an object of a known size.
     *
     * @param offset its first byte
     * @param length how many bytes
     */
    record Part(long offset, long length) {}

    /** Returns the part of an object that is meant; it is cut at the object's end. */
    Part within(long size) {
        if (first.isEmpty()) {
            long length = Math.min(size, last.orElse(0));
            return new Part(size - length, length);
        }
        // Past the end it is an empty part there: the node refuses an offset behind it by itself.
        long offset = first.getAsLong();
        long end = Math.min(size, last.isPresent() ? last.getAsLong() + 1 : size);
        return new Part(offset, Math.max(0, end - offset));
    }

    /** Reads {@code A-B}, {@code A-} and {@code -N}. */
    static final class Converter implements ITypeConverter<ByteRange> {
        @Override
        public ByteRange convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches() || text.equals("-")) {
                throw new TypeConversionException(
                        "'" + text + "' is not a range such as 0-1023, 1024- or -100");
            }
            ByteRange range = new ByteRange(number(matcher.group(1)), number(matcher.group(2)));
            if (range.first.isPresent()
                    && range.last.isPresent()
                    && range.last.getAsLong() < range.first.getAsLong()) {
                throw new TypeConversionException("'" + text + "' ends before it begins");
            }
            return range;
        }

        private static OptionalLong number(String digits) {
            return digits.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(Long.parseLong(digits));
        }
    }
}
