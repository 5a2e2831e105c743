package org.stoq.sdk.config;

import java.util.Optional;

/**
 * One thing that is wrong with a table.
 *
 * @param key name of the key within its table
 * @param message what is wrong, for a person, without the key's name
 * @param suggestion what to do about it, where that can be told
 */
public record ConfigProblem(String key, String message, Optional<String> suggestion) {
    /** Creates a problem nobody has a suggestion for. */
    public ConfigProblem(String key, String message) {
        this(key, message, Optional.empty());
    }

    /** Returns key, message and suggestion in one line. */
    @Override
    public String toString() {
        return key + ": " + message + suggestion.map(text -> " (" + text + ")").orElse("");
    }
}
