package org.stoq.content;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** The tags of an object (surrogate keys): what it can be purged by beside its name. */
final class Tags {
    /** Most tags of one object. */
    static final int MAX = 32;

    /** Longest tag in bytes of UTF-8. */
    static final int MAX_BYTES = 128;

    private Tags() {}

    /**
     * Checks one tag.
     *
     * @throws StoqException INVALID_REQUEST if it is empty, too long, or holds spaces or control
     *     characters
     */
    static String check(String tag) throws StoqException {
        int bytes = tag.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > MAX_BYTES) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    "a tag has 1 to %d bytes, this one %d".formatted(MAX_BYTES, bytes));
        }
        if (tag.chars().anyMatch(c -> c <= ' ' || c == 0x7F)) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    "a tag has neither spaces nor control characters: " + tag);
        }
        return tag;
    }

    /**
     * Reads a list of tags.
     *
     * @return each once, in their order
     * @throws StoqException TOO_LARGE if there are too many, INVALID_REQUEST if one is not as it
     *     must be
     */
    static List<String> ofCbor(List<?> items) throws StoqException {
        if (items.size() > MAX) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE,
                    "%d tags where %d are the most".formatted(items.size(), MAX));
        }
        TreeSet<String> tags = new TreeSet<>();
        for (Object item : items) {
            if (!(item instanceof String tag)) {
                throw new StoqException(StoqErrorCode.INVALID_REQUEST, "a tag is a text");
            }
            tags.add(check(tag));
        }
        return new ArrayList<>(tags);
    }
}
