package org.stoq.bench;

/** Hears how a benchmark gets on. Called by the thread that runs it. */
@FunctionalInterface
public interface BenchListener {
    /**
     * Something begins.
     *
     * @param what in a few words
     * @param done how many steps are done
     * @param total how many there are
     */
    void step(String what, int done, int total);
}
