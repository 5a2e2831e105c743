package org.stoq.sdk.function;

import java.time.Duration;

/**
 * A function as its tenant wrote it, with the limits it runs under.
 *
 * @param tenant whose it is
 * @param name its name
 * @param mediaType its language
 * @param text its source
 * @param limits what one request may use
 */
public record FunctionSource(
        String tenant, String name, String mediaType, String text, Limits limits) {
    /**
     * What one request may use; past a limit it is ended with TOO_LARGE or DEADLINE_EXCEEDED.
     *
     * @param cpuTime processor time
     * @param wallTime time on the clock
     * @param heapBytes memory in bytes
     * @param outputBytes length of the response's body in bytes
     */
    public record Limits(Duration cpuTime, Duration wallTime, long heapBytes, long outputBytes) {}
}
