package org.stoq.sdk.strategy;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * One strategy's time in a slot: its state, its leases and its counts.
 *
 * <p>States are changed with the slot's lock held and read by anybody.
 *
 * @param <S> kind of strategy
 */
final class Tenure<S extends Strategy> {
    private final Class<S> spi;
    private final S strategy;

    /** Asked once: a name never changes, and no code of a plug-in runs under the slot's lock. */
    private final String name;

    private final StrategyStatus.Origin origin;
    private final AtomicInteger leases = new AtomicInteger();
    private final LongAdder calls = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final Set<WatchedCall> inFlight = ConcurrentHashMap.newKeySet();
    private volatile String lastFailure = "";
    private volatile boolean draining;
    private volatile boolean quarantined;

    Tenure(Class<S> spi, S strategy, StrategyStatus.Origin origin) {
        this.spi = spi;
        this.strategy = strategy;
        this.name = checkName(strategy.name());
        this.origin = origin;
    }

    private static String checkName(String name) {
        if (!name.matches(Strategy.NAME_PATTERN)) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name of a strategy (1 to 64 of a-z, 0-9, '-', '_', '.')");
        }
        return name;
    }

    S strategy() {
        return strategy;
    }

    String name() {
        return name;
    }

    StrategyStatus.Origin origin() {
        return origin;
    }

    boolean eligible() {
        return !draining && !quarantined;
    }

    boolean isDraining() {
        return draining;
    }

    void drain() {
        draining = true;
    }

    void quarantine() {
        quarantined = true;
    }

    int leases() {
        return leases.get();
    }

    void take() {
        leases.incrementAndGet();
    }

    int giveBack() {
        return leases.decrementAndGet();
    }

    void countCall() {
        calls.increment();
    }

    void countFailure(Throwable cause) {
        failures.increment();
        lastFailure = cause.toString();
    }

    WatchedCall begin(Thread thread, long nowNanos) {
        countCall();
        WatchedCall call = new WatchedCall(thread, nowNanos);
        inFlight.add(call);
        return call;
    }

    void end(WatchedCall call) {
        inFlight.remove(call);
        call.end();
    }

    /** Interrupts calls begun before that time. Returns whether one was newly found. */
    boolean interruptStalled(long beforeNanos) {
        boolean found = false;
        for (WatchedCall call : inFlight) {
            found |= call.interruptIfBegunBefore(beforeNanos);
        }
        return found;
    }

    StrategyStatus status(boolean active) {
        return new StrategyStatus(
                spi.getSimpleName(),
                name,
                origin,
                state(active),
                leases.get(),
                calls.sum(),
                failures.sum(),
                Optional.of(lastFailure).filter(text -> !text.isEmpty()));
    }

    String describe() {
        return "%s '%s' of %s %s"
                .formatted(spi.getSimpleName(), name, origin.bundle(), origin.version());
    }

    private StrategyStatus.State state(boolean active) {
        if (draining) {
            return StrategyStatus.State.DRAINING;
        }
        if (active) {
            return StrategyStatus.State.ACTIVE;
        }
        return quarantined ? StrategyStatus.State.QUARANTINED : StrategyStatus.State.STANDBY;
    }
}
