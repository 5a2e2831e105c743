package org.stoq.config;

import java.util.Optional;

/**
 * One thing that is wrong with a configuration, and where.
 *
 * @param source name of the file, or {@code command line}
 * @param line line from 1 on; 0 where there are no lines
 * @param column column from 1 on; 0 where there are none
 * @param excerpt the text of that line; empty where there is none
 * @param message what is wrong, for a person
 * @param suggestion what to do about it, where that can be told
 */
public record ConfigFault(
        String source,
        int line,
        int column,
        String excerpt,
        String message,
        Optional<String> suggestion) {
    private static final int LONGEST_EXCERPT = 120;

    /**
     * Returns the fault as a compiler would show it: place and message, the line, a caret under the
     * place, the suggestion.
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(source);
        if (line > 0) {
            text.append(':').append(line).append(':').append(column);
        }
        text.append(": ").append(message);
        if (column > 0 && column <= Math.min(excerpt.length() + 1, LONGEST_EXCERPT)) {
            int end = Math.min(excerpt.length(), LONGEST_EXCERPT);
            String indent = excerpt.substring(0, column - 1).replaceAll("[^\t]", " ");
            text.append("\n    ")
                    .append(excerpt, 0, end)
                    .append("\n    ")
                    .append(indent)
                    .append('^');
        }
        suggestion.ifPresent(hint -> text.append("\n    ").append(hint));
        return text.toString();
    }
}
