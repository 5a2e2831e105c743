package org.stoq.bench.child;

import java.time.Duration;

/** The CPU time of this process, as the system counts it, in steps of 10 ms on Linux. */
final class ProcessTime {
    private ProcessTime() {}

    /** Returns user and system time of all threads since the start, in nanoseconds. */
    static long nanos() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(Duration::toNanos)
                .orElseThrow(() ->
                        new IllegalStateException("this system tells no CPU time of a process"));
    }
}
