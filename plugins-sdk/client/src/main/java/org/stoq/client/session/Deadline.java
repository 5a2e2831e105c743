package org.stoq.client.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Does something when time is up, unless it was closed before. */
final class Deadline implements AutoCloseable {
    private final CompletableFuture<Void> met = new CompletableFuture<>();

    private Deadline() {}

    /**
     * Starts the clock.
     *
     * @param late called on a thread of the platform; must not block
     */
    static Deadline in(Duration time, Runnable late) {
        Deadline deadline = new Deadline();
        deadline.met
                .orTimeout(time.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((nothing, failure) -> {
                    if (failure instanceof TimeoutException) {
                        late.run();
                    }
                });
        return deadline;
    }

    /** Stops the clock before its time. */
    void stop() {
        met.complete(null);
    }

    @Override
    public void close() {
        stop();
    }
}
