package org.stoq.plugins;

/**
 * How much a plug-in may contain.
 *
 * @param maxFileBytes largest file
 * @param maxEntries how many entries, folders included
 * @param maxPlainBytes all entries together, decompressed; so many may jars inside the jar have too
 * @param maxRatio how many times larger than its compressed form an entry may be that is larger
 *     than {@link #RATIO_FREE_BYTES}
 */
record AdmissionLimits(long maxFileBytes, int maxEntries, long maxPlainBytes, int maxRatio) {
    /** Entries up to this size may be of any ratio: a file of zeros is no bomb yet. */
    static final long RATIO_FREE_BYTES = 1 << 20;

    /** Largest manifest and largest signature file, in bytes. */
    static final int MAX_MANIFEST_BYTES = 4 << 20;

    private static final int MAX_ENTRIES = 20_000;
    private static final int PLAIN_PER_FILE_BYTE = 10;
    private static final int MAX_RATIO = 100;

    /** Returns the limits that go with a largest file. */
    static AdmissionLimits ofFileBytes(long maxFileBytes) {
        long maxPlainBytes =
                maxFileBytes > Long.MAX_VALUE / PLAIN_PER_FILE_BYTE
                        ? Long.MAX_VALUE
                        : maxFileBytes * PLAIN_PER_FILE_BYTE;
        return new AdmissionLimits(maxFileBytes, MAX_ENTRIES, maxPlainBytes, MAX_RATIO);
    }
}
