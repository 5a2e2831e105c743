package org.stoq.bench.contender;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What one process has received. Thread-safe. */
public final class Tally {
    private final LongAdder verifiedBytes = new LongAdder();
    private final AtomicInteger round = new AtomicInteger();
    private final LongAdder lostDatagrams = new LongAdder();
    private final AtomicReference<@Nullable String> corruption = new AtomicReference<>();
    private final AtomicReference<@Nullable String> broken = new AtomicReference<>();

    /** Counts bytes that are what they should be. */
    public void verified(long bytes) {
        verifiedBytes.add(bytes);
    }

    /** Counts datagrams that have not come; only a contender without retransmission loses any. */
    public void lost(long datagrams) {
        lostDatagrams.add(datagrams);
    }

    /** Notes a byte that is wrong: the measurement is void. The first note counts. */
    public void corrupt(String what) {
        corruption.compareAndSet(null, what);
    }

    /** Notes that something of this round has ended before its time. The first note counts. */
    public void broken(String what) {
        broken.compareAndSet(null, what);
    }

    /** Begins a round: what ends of those before it does not matter any more. */
    public void beginRound() {
        round.incrementAndGet();
        broken.set(null);
    }

    /** Returns the number of the round. */
    int round() {
        return round.get();
    }

    /** Returns how many bytes were right, since the start of the process. */
    public long verifiedBytes() {
        return verifiedBytes.sum();
    }

    /** Returns how many datagrams are missing, since the start of the process. */
    public long lostDatagrams() {
        return lostDatagrams.sum();
    }

    /** Returns the first byte that was wrong, if one was. */
    public Optional<String> corruption() {
        return Optional.ofNullable(corruption.get());
    }

    /** Returns the same as {@link #broken} and forgets it, so that the next one counts. */
    public Optional<String> takeBroken() {
        return Optional.ofNullable(broken.getAndSet(null));
    }

    /** Returns why a stream has ended in this round, if one has. */
    public Optional<String> broken() {
        return Optional.ofNullable(broken.get());
    }
}
