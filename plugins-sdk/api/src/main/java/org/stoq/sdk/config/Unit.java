package org.stoq.sdk.config;

import java.time.Duration;

/** What a bare number in the configuration counts. */
public enum Unit {
    /** Things, or nothing at all. */
    NONE("", Duration.ZERO),
    /** Thousandths of a second. */
    MILLISECONDS("ms", Duration.ofMillis(1)),
    /** Seconds. */
    SECONDS("s", Duration.ofSeconds(1)),
    /** Bytes. */
    BYTES("bytes", Duration.ZERO);

    private final String symbol;
    private final Duration step;

    Unit(String symbol, Duration step) {
        this.symbol = symbol;
        this.step = step;
    }

    /** Returns how the unit is written after a number; empty for {@link #NONE}. */
    public String symbol() {
        return symbol;
    }

    /** Returns the length of one; zero for what is not a unit of time. */
    Duration step() {
        return step;
    }
}
