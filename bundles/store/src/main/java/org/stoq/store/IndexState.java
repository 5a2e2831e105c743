package org.stoq.store;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;

/**
 * What an index says about itself, as one line of text with a checksum.
 *
 * @param key number of the data key from which the key for names is derived
 * @param salt salt of that derivation
 * @param checkpoint position of the log up to which the index is complete
 * @param totals counts of its chunks
 * @param names how many names it holds
 */
record IndexState(int key, byte[] salt, long checkpoint, Totals totals, long names) {
    private static final String FORMAT = "stoq-index-2";
    private static final int FIELDS = 12;

    /** Returns the state of an empty index. */
    static IndexState fresh(KeyRing keys) {
        byte[] salt = new byte[Digest.BYTES];
        new SecureRandom().nextBytes(salt);
        return new IndexState(keys.current(), salt, 0, Totals.ZERO, 0);
    }

    /** Returns the state at a later commit. */
    IndexState at(long newCheckpoint, Totals newTotals, long newNames) {
        return new IndexState(key, salt, newCheckpoint, newTotals, newNames);
    }

    String format() {
        String fields =
                "%s %d %s %d %d %d %d %d %d %d %d"
                        .formatted(
                                FORMAT,
                                key,
                                HexFormat.of().formatHex(salt),
                                checkpoint,
                                totals.chunks(),
                                totals.plainBytes(),
                                totals.storedBytes(),
                                totals.deltaChunks(),
                                totals.deltaPlainBytes(),
                                totals.deltaStoredBytes(),
                                names);
        return fields + " " + checksum(fields);
    }

    /**
     * Reads what {@link #format} wrote.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    static IndexState parse(@Nullable String text) {
        String[] fields = text == null ? new String[0] : text.split(" ", -1);
        if (text == null
                || fields.length != FIELDS
                || !fields[0].equals(FORMAT)
                || !fields[FIELDS - 1].equals(checksum(text.substring(0, text.lastIndexOf(' '))))) {
            throw new IllegalArgumentException("not the state of an index: " + text);
        }
        return new IndexState(
                Integer.parseInt(fields[1]),
                HexFormat.of().parseHex(fields[2]),
                Long.parseLong(fields[3]),
                new Totals(
                        Long.parseLong(fields[4]),
                        Long.parseLong(fields[5]),
                        Long.parseLong(fields[6]),
                        Long.parseLong(fields[7]),
                        Long.parseLong(fields[8]),
                        Long.parseLong(fields[9])),
                Long.parseLong(fields[10]));
    }

    private static String checksum(String fields) {
        CRC32C crc = new CRC32C();
        crc.update(fields.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
