package org.stoq.sdk.frame;

import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/**
 * What a side of a connection can do and allows.
 *
 * @param protocolVersion version of STOQ, 1
 * @param maxHeaderBytes longest header block that it reads, 1,024 to 1,048,576
 * @param initialCreditBytes content that it takes on each stream before a WINDOW_UPDATE, 65,536 to
 *     2^31-1
 */
public record Settings(int protocolVersion, int maxHeaderBytes, int initialCreditBytes) {
    /**
     * What this version offers: 16 KiB of headers, 2 MiB of credit.
     *
     * <p>An engine must hold the credit of a stream above the windows of QUIC: readers that have
     * stopped would use up the connection's window otherwise, and stop everybody.
     */
    public static final Settings DEFAULT = new Settings(1, 16 << 10, 2 << 20);

    private static final int VERSION = 1;
    private static final int MAX_HEADER = 2;
    private static final int INITIAL_CREDIT = 3;

    /** Checks the ranges. */
    public Settings {
        if (protocolVersion != 1
                || maxHeaderBytes < 1_024
                || maxHeaderBytes > 1 << 20
                || initialCreditBytes < 1 << 16) {
            throw new IllegalArgumentException(
                    "settings: version %d, headers %d, credit %d"
                            .formatted(protocolVersion, maxHeaderBytes, initialCreditBytes));
        }
    }

    CborMap toCbor() {
        return CborMap.builder()
                .put(VERSION, protocolVersion)
                .put(MAX_HEADER, maxHeaderBytes)
                .put(INITIAL_CREDIT, initialCreditBytes)
                .build();
    }

    static Settings of(CborMap map) throws StoqException {
        map.refuseUnknownCritical();
        try {
            return new Settings(
                    Math.toIntExact(map.integer(VERSION)),
                    Math.toIntExact(map.integer(MAX_HEADER)),
                    Math.toIntExact(map.integer(INITIAL_CREDIT)));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new StoqException(
                    StoqErrorCode.SETTINGS_INVALID, String.valueOf(e.getMessage()), e);
        }
    }
}
