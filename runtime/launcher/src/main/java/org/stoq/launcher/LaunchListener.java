package org.stoq.launcher;

/** Hears how a node that runs in this process fares. Called by any thread, one at a time. */
public interface LaunchListener {
    /**
     * The node serves.
     *
     * @param address where, such as {@code [::1]:4433}
     * @param nodeId its id, 64 hexadecimal digits
     */
    default void ready(String address, String nodeId) {}

    /** The node cannot start or go on; the text is for a person and says why. */
    default void failed(String reason) {}

    /** The node takes no more calls and waits for those in flight. */
    default void stopping() {}

    /**
     * The node has stopped.
     *
     * @param drained whether every call in flight had ended in time
     */
    default void stopped(boolean drained) {}
}
