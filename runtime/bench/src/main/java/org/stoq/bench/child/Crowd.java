package org.stoq.bench.child;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.Flow;
import org.stoq.bench.contender.Requests;
import org.stoq.bench.contender.UnavailableException;
import org.stoq.client.pattern.Pattern;

/** Many connections of one client: opened side by side, held, and asked at the end. Thread-safe. */
final class Crowd {
    private static final int REQUEST_BYTES = 64;
    private static final int ASKED_AT_ONCE = 64;
    private static final long PATIENCE_SECONDS = 60;
    private static final String NO_ANSWER = "no answer within %d s".formatted(PATIENCE_SECONDS);

    private final Collection<Requests> held = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable String> firstFailure = new AtomicReference<>();
    private final Opening opening;

    /** Opens a connection. Blocks. */
    @FunctionalInterface
    interface Opening {
        Requests open() throws IOException, UnavailableException;
    }

    /** Opens a connection that resumes no other one, and closes it. Blocks. */
    @FunctionalInterface
    interface Meeting {
        void meet() throws IOException, UnavailableException;
    }

    Crowd(Opening opening) {
        this.opening = opening;
    }

    /** Returns why the first connection or request failed. */
    Optional<String> firstFailure() {
        return Optional.ofNullable(firstFailure.get());
    }

    /** Opens connections and keeps them, so many handshakes at once. Returns how many stand now. */
    int hold(int count, int atOnce) throws InterruptedException {
        AtomicInteger left = new AtomicInteger(count);
        sideBySide(
                atOnce,
                () -> {
                    if (left.getAndDecrement() <= 0) {
                        return false;
                    }
                    open().ifPresent(held::add);
                    return true;
                });
        return held.size();
    }

    /**
     * How many handshakes have finished in time.
     *
     * @param full with certificates and all
     * @param resumed with a ticket
     */
    record Churned(long full, long resumed) {}

    /** Opens connections that resume no other one, and closes each at once. */
    Churned meet(Meeting meeting, long nanos, int atOnce) throws InterruptedException {
        AtomicLong full = new AtomicLong();
        long end = System.nanoTime() + nanos;
        sideBySide(
                atOnce,
                () -> {
                    if (System.nanoTime() - end >= 0) {
                        return false;
                    }
                    try {
                        meeting.meet();
                        // What finishes too late belongs to no window.
                        if (System.nanoTime() - end < 0) {
                            full.incrementAndGet();
                        }
                    } catch (IOException | UnavailableException e) {
                        firstFailure.compareAndSet(null, String.valueOf(e.getMessage()));
                    }
                    return true;
                });
        return new Churned(full.get(), 0);
    }

    /**
     * Opens connections one after the other, and closes each when a ticket for the next is here.
     */
    Churned resume(long nanos) {
        long full = 0;
        long resumed = 0;
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0) {
            Optional<Requests> opened = open();
            if (opened.isPresent()) {
                Requests connection = opened.get();
                awaitTicket(connection);
                if (System.nanoTime() - end < 0) {
                    resumed += connection.resumed() ? 1 : 0;
                    full += connection.resumed() ? 0 : 1;
                }
                connection.close();
            }
        }
        return new Churned(full, resumed);
    }

    private void awaitTicket(Requests connection) {
        try {
            connection.awaitTicket();
        } catch (IOException | UnavailableException e) {
            firstFailure.compareAndSet(null, String.valueOf(e.getMessage()));
        }
    }

    private static void sideBySide(int threads, BooleanSupplier step) throws InterruptedException {
        List<Thread> working =
                IntStream.range(0, threads)
                        .mapToObj(i ->
                                Thread.ofVirtual()
                                        .start(() -> {
                                            boolean more = true;
                                            while (more) {
                                                more = step.getAsBoolean();
                                            }
                                        }))
                        .toList();
        for (Thread thread : working) {
            thread.join();
        }
    }

    private Optional<Requests> open() {
        try {
            return Optional.of(opening.open());
        } catch (IOException | UnavailableException e) {
            firstFailure.compareAndSet(null, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /**
     * Makes a request on each connection, so many at once. Returns how many had the right answer
     * before none came for a minute.
     */
    int alive(Pattern pattern) throws InterruptedException {
        ByteBuffer request = Flow.request(pattern, 0, REQUEST_BYTES);
        AtomicInteger right = new AtomicInteger();
        Semaphore unanswered = new Semaphore(ASKED_AT_ONCE);
        for (Requests connection : held) {
            if (!unanswered.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                firstFailure.compareAndSet(null, NO_ANSWER);
                return right.get();
            }
            connection.ask(
                    request,
                    failure -> {
                        if (failure == null) {
                            right.incrementAndGet();
                        } else {
                            firstFailure.compareAndSet(null, failure);
                        }
                        unanswered.release();
                    });
        }
        if (!unanswered.tryAcquire(ASKED_AT_ONCE, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            firstFailure.compareAndSet(null, NO_ANSWER);
        }
        return right.get();
    }
}
