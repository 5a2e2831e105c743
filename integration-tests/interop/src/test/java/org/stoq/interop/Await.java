package org.stoq.interop;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other programs and threads do, with an end. */
final class Await {
    private static final long POLL_NANOS = 1_000_000;

    private Await() {}

    /** Something that comes to be. */
    @FunctionalInterface
    interface Question<T> {
        Optional<T> ask() throws IOException;
    }

    /** Asks until there is an answer or the time is over. */
    static <T> Optional<T> present(String what, Duration limit, Question<T> question)
            throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        Optional<T> answer = question.ask();
        while (answer.isEmpty() && System.nanoTime() < end) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IOException("interrupted while waiting: " + what);
            }
            LockSupport.parkNanos(POLL_NANOS);
            answer = question.ask();
        }
        return answer;
    }

    /** A condition. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException;
    }

    /**
     * Waits until something is so.
     *
     * @throws IOException if the time is over
     */
    static void until(String what, Duration limit, Condition condition) throws IOException {
        if (present(what, limit, () -> condition.holds() ? Optional.of(what) : Optional.empty())
                .isEmpty()) {
            throw new IOException("not within " + limit + ": " + what);
        }
    }
}
