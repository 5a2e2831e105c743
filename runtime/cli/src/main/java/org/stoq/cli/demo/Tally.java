package org.stoq.cli.demo;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests and failures of many threads, and remembers the first failures. */
final class Tally {
    private static final int REMEMBERED = 5;

    private final LongAdder requests = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

    void success() {
        requests.increment();
    }

    void success(long count) {
        requests.add(count);
    }

    void failure(String what) {
        requests.increment();
        failed.increment();
        if (failures.size() < REMEMBERED) {
            failures.add(what);
        }
    }

    long requests() {
        return requests.sum();
    }

    long failed() {
        return failed.sum();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }
}
