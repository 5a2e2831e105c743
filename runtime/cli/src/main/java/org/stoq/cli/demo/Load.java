package org.stoq.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;

/**
 * Requests without a pause, on threads of their own, until it is closed. The one under way is
 * finished then.
 */
final class Load implements AutoCloseable {
    private final AtomicBoolean ended = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    /** One request. */
    @FunctionalInterface
    interface Request {
        /** Makes it. Throws if it does not succeed. */
        void make(RandomGenerator random) throws Exception;
    }

    /**
     * Begins.
     *
     * @param randoms one for each thread
     */
    Load(List<? extends RandomGenerator> randoms, Request request, Tally tally) {
        for (RandomGenerator random : randoms) {
            threads.add(Thread.ofVirtual().start(() -> run(random, request, tally)));
        }
    }

    private void run(RandomGenerator random, Request request, Tally tally) {
        while (!ended.get()) {
            try {
                request.make(random);
                tally.success();
            } catch (Exception e) {
                tally.failure(e.toString());
            }
        }
    }

    @Override
    public void close() {
        ended.set(true);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
