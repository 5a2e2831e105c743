package org.stoq.bench.child;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.Flow;
import org.stoq.client.StoqConnection;
import org.stoq.client.StoqStream;
import org.stoq.client.pattern.Pattern;

/**
 * Clients that come at a steady rate, whatever becomes of those before them: each opens a
 * connection, makes one request whose answer is compared, and closes it. A visit has a moment at
 * which it is meant to begin, and the time to connect counts from there. Belongs to one thread,
 * which blocks.
 */
final class Visits {
    private static final int REQUEST_BYTES = 1_024;

    /** So many at once, and the next one waits; its wait counts. */
    private static final int MAX_AT_ONCE = 4_096;

    /** Beyond the time that a client tries to connect by itself. */
    private static final long PATIENCE_SECONDS = 45;

    private final Opening opening;
    private final Pattern pattern;
    private final ConcurrentHistogram connecting =
            new ConcurrentHistogram(LoadGenerator.MAX_NANOS, LoadGenerator.DIGITS);
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicReference<@Nullable String> firstFailure = new AtomicReference<>();
    private long attempted;

    /** Opens a connection that resumes no other one. Blocks. */
    @FunctionalInterface
    interface Opening {
        StoqConnection open() throws IOException;
    }

    Visits(Opening opening, Pattern pattern) {
        this.opening = opening;
        this.pattern = pattern;
    }

    /** Returns how many there were. */
    long attempted() {
        return attempted;
    }

    /** Returns the times to connect of those that got the right answer, in nanoseconds. */
    Histogram connecting() {
        return connecting;
    }

    /** Returns how many got an answer that was another. */
    long wrong() {
        return wrong.get();
    }

    /** Returns why the first one failed. */
    Optional<String> firstFailure() {
        return Optional.ofNullable(firstFailure.get());
    }

    /**
     * Makes them, and waits for the last one.
     *
     * @param rate how many in a second, more than 0
     * @param nanos for how long they come
     */
    void make(double rate, long nanos) throws InterruptedException {
        Semaphore places = new Semaphore(MAX_AT_ONCE);
        double interval = 1e9 / rate;
        long start = System.nanoTime();
        long count = (long) Math.ceil(nanos / interval);
        for (long i = 0; i < count; i++) {
            long intended = start + Math.round(i * interval);
            LoadGenerator.awaitMoment(intended, System::nanoTime);
            places.acquire();
            long number = attempted++;
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            visit(number, intended);
                        } finally {
                            places.release();
                        }
                    });
        }
        if (!places.tryAcquire(MAX_AT_ONCE, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            firstFailure.compareAndSet(
                    null, "a visit has not ended for %d s".formatted(PATIENCE_SECONDS));
        }
    }

    private void visit(long number, long intended) {
        try (StoqConnection connection = opening.open()) {
            long took = System.nanoTime() - intended;
            ByteBuffer request = Flow.request(pattern, number, REQUEST_BYTES);
            byte[] answer;
            try (StoqStream stream = connection.openStream()) {
                stream.write(request.duplicate());
                stream.finish();
                answer = stream.readAll(REQUEST_BYTES);
            }
            if (ByteBuffer.wrap(answer).equals(request)) {
                connecting.recordValue(Math.clamp(took, 0, LoadGenerator.MAX_NANOS));
            } else {
                wrong.incrementAndGet();
                firstFailure.compareAndSet(null, "the answer is another");
            }
        } catch (IOException e) {
            firstFailure.compareAndSet(null, String.valueOf(e.getMessage()));
        }
    }
}
