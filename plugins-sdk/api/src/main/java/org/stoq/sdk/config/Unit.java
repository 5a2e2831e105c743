package org.stoq.sdk.config;

import java.time.Duration;

/** What a bare number in the configuration counts. */
public enum Unit {
    /** Things, or nothing at all. */
    NONE("", Duration.ZERO),
    /** Thousandths of a second. */
    MILLISECONDS("milliseconds", Duration.ofMillis(1)),
    /** Seconds. */
    SECONDS("seconds", Duration.ofSeconds(1)),
    /** Bytes. */
    BYTES("bytes", Duration.ZERO);

    private final String word;
    private final Duration step;

    Unit(String word, Duration step) {
        this.word = word;
        this.step = step;
    }

    /** Returns the word to put after a number; empty for {@link #NONE}. */
    public String word() {
        return word;
    }

    /** Returns the length of one; zero for what is not a unit of time. */
    Duration step() {
        return step;
    }
}
