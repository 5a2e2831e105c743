package org.stoq.cli;

import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/** One row of what the service {@code node} answers to {@code strategies}. */
public record StrategyRow(
        String spi,
        String name,
        String bundle,
        String version,
        String state,
        long leases,
        long calls,
        long failures,
        @Nullable String lastFailure,
        long ranking) {
    /** Reads a row. */
    public static StrategyRow of(CborMap map) throws StoqException {
        return new StrategyRow(
                map.text(1),
                map.text(2),
                map.text(3),
                map.text(4),
                map.text(5),
                map.integer(6),
                map.integer(7),
                map.integer(8),
                map.findText(9).orElse(null),
                map.integer(10));
    }
}
