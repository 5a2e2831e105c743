package org.stoq.sdk.chunk;

/**
 * Tells whether it is worth trying to encode chunks of an object as differences: after some trials
 * that did not pay only now and then one is let through, until one pays again. Pure; belongs to one
 * thread.
 */
final class TrialGate {
    /** So many trials come first, whatever they bring. */
    static final int FIRST_TRIALS = 8;

    /** While the gate is closed one trial in so many is let through. */
    static final int PROBE_EVERY = 32;

    /** What trials must save of the bytes that they were about, in hundredths. */
    static final int WORTHWHILE_PERCENT = 25;

    /** Past this the past counts half. */
    private static final int REMEMBERED_TRIALS = 64;

    private int trials;
    private long triedBytes;
    private long savedBytes;
    private int passedOver;

    /** Returns whether to try now; counts those that it turns away. */
    boolean admits() {
        if (trials < FIRST_TRIALS || savedBytes * 100 >= triedBytes * WORTHWHILE_PERCENT) {
            return true;
        }
        passedOver++;
        return passedOver % PROBE_EVERY == 0;
    }

    /**
     * Takes note of a trial.
     *
     * @param bytes length of the chunk as it is encoded alone
     * @param saved by how much less it is now; 0 if the trial was in vain
     */
    void tried(long bytes, long saved) {
        if (passedOver >= PROBE_EVERY && saved > 0) {
            // The object has changed its nature: what was before says nothing about it.
            trials = 0;
            triedBytes = 0;
            savedBytes = 0;
            passedOver = 0;
        }
        if (trials >= REMEMBERED_TRIALS) {
            trials /= 2;
            triedBytes /= 2;
            savedBytes /= 2;
        }
        trials++;
        triedBytes += bytes;
        savedBytes += saved;
    }
}
