package org.stoq.client;

/** Hears how far a long call has come. */
@FunctionalInterface
public interface Progress {
    /** Hears nothing. */
    Progress NONE = (doneBytes, totalBytes) -> {};

    /**
     * Called on the thread that makes the call.
     *
     * @param doneBytes bytes that are done
     * @param totalBytes bytes that are to be done; may change while it goes on, 0 while unknown
     */
    void at(long doneBytes, long totalBytes);
}
