package org.stoq.sdk.strategy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * The place where strategies of one kind come and go while the node uses whichever is active.
 *
 * <p><b>Which is active.</b> The one with the {@linkplain #prefer configured name}; where that is
 * not here, the one that was active before the one that went or failed; else the highest ranking,
 * the newest of equals. Strategies that are draining or quarantined are passed over.
 *
 * <p><b>Replacement.</b> New uses begin on the new strategy at once; uses in flight hold a lease
 * and finish on the old one; {@link #withdraw} returns when the last of them has.
 *
 * <p><b>Isolation.</b> An unchecked exception or a linkage error out of a strategy is a defect of
 * it, and so is a call that takes longer than the stall limit: it is counted, the strategy is put
 * into quarantine, and the call is repeated on the one that takes over. The last strategy that is
 * left stays active whatever it does, and its failures reach the caller as INTERNAL.
 *
 * <p>Thread-safe. {@link #acquire} and {@link #call} take no lock, so a stalled strategy makes
 * nobody wait but its own callers.
 *
 * <p>Longer than most classes here: it is one lock and all that needs it.
 *
 * @param <S> kind of strategy
 */
public final class StrategySlot<S extends Strategy> {
    private static final System.Logger LOG = System.getLogger(StrategySlot.class.getName());

    private final Class<S> spi;
    private final LongSupplier nanoTime;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Guards everything below it, and the states of the tenures. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition leaseReturned = lock.newCondition();
    private final List<Tenure<S>> tenures = new ArrayList<>();
    private final Choice<S> choice;

    /** Read without the lock by whoever needs a strategy. */
    private volatile @Nullable Tenure<S> active;

    /**
     * Creates an empty slot.
     *
     * @param spi the kind of strategy
     * @param nanoTime time in nanoseconds, such as {@code System::nanoTime}
     */
    public StrategySlot(Class<S> spi, LongSupplier nanoTime) {
        this(spi, nanoTime, new Choice<>(false));
    }

    private StrategySlot(Class<S> spi, LongSupplier nanoTime, Choice<S> choice) {
        this.spi = spi;
        this.nanoTime = nanoTime;
        this.choice = choice;
    }

    /**
     * Returns a slot where only the strategy of the configured name is ever active, for a kind that
     * its users can do without: where nobody has the name, or who had it has failed, nothing is
     * active and {@link #acquire()} says UNAVAILABLE.
     */
    public static <S extends Strategy> StrategySlot<S> namedOnly(
            Class<S> spi, LongSupplier nanoTime) {
        return new StrategySlot<>(spi, nanoTime, new Choice<>(true));
    }

    /**
     * One use of a strategy.
     *
     * @param <S> kind of strategy
     * @param <R> what it returns
     * @param <X> what it may throw that is no defect
     */
    @FunctionalInterface
    public interface Use<S, R, X extends Exception> {
        /** Uses the strategy, once. May be called again, on another one, if that failed. */
        R with(S strategy) throws X;
    }

    /** Returns the kind of strategy. */
    public Class<S> spi() {
        return spi;
    }

    /**
     * Uses the active strategy once, and again on the one that takes over if it fails.
     *
     * @throws X what the use itself throws
     * @throws StoqException UNAVAILABLE if there is no strategy, INTERNAL if the last one failed
     */
    public <R, X extends Exception> R call(Use<? super S, R, X> use) throws X, StoqException {
        while (true) {
            Tenure<S> tenure = enter();
            try {
                return watched(tenure, use);
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                if (!fail(tenure, e)) {
                    throw failure(tenure, e);
                }
            } finally {
                leave(tenure);
            }
        }
    }

    /**
     * Uses the strategy of that name once, active or not: what was made with it needs it again.
     *
     * @throws X what the use itself throws
     * @throws StoqException UNAVAILABLE if none of that name is here, INTERNAL if it failed
     */
    public <R, X extends Exception> R call(String name, Use<? super S, R, X> use)
            throws X, StoqException {
        Tenure<S> tenure = enter(name);
        try {
            return watched(tenure, use);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            tenure.countFailure(e);
            throw failure(tenure, e);
        } finally {
            leave(tenure);
        }
    }

    /**
     * Takes a lease on the active strategy, for a use that lasts. Nobody watches it for stalls: its
     * holder does, and tells {@link Lease#failed}.
     *
     * @throws StoqException UNAVAILABLE if there is no strategy
     */
    public Lease<S> acquire() throws StoqException {
        return new HeldLease(enter());
    }

    /**
     * Takes a lease on the strategy of that name, active or not, as {@link #acquire()} does.
     *
     * @return the lease, or nothing if none of that name is here, or it is leaving or in quarantine
     */
    public Optional<Lease<S>> acquire(String name) {
        lock.lock();
        try {
            for (Tenure<S> tenure : tenures) {
                if (tenure.name().equals(name) && tenure.eligible()) {
                    tenure.take();
                    return Optional.of(new HeldLease(tenure));
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the name of the active strategy, or nothing if there is none. */
    public Optional<String> activeName() {
        return Optional.ofNullable(active).map(tenure -> tenure.name());
    }

    /**
     * Calls the listener whenever another strategy has become active, on the thread that caused it.
     * Listeners must not block for long, and give leases on the old strategy back soon.
     *
     * @return ends the calls when it is closed
     */
    public Subscription onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** A listener's registration. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        /** Ends the registration; a second call changes nothing. */
        @Override
        void close();
    }

    /** Sets the name that the configuration asks for; it may belong to nobody as yet. */
    public void prefer(String name) {
        changing(() -> choice.prefer(name));
    }

    /**
     * Adds a strategy; it becomes active if it is the one to choose.
     *
     * @throws IllegalArgumentException if its name is not of the form that {@link Strategy#name}
     *     asks for; it is not added then
     */
    public void offer(S strategy, StrategyStatus.Origin origin) {
        Tenure<S> tenure = new Tenure<>(spi, strategy, origin);
        changing(() -> tenures.add(tenure));
    }

    /**
     * Removes a strategy: no use begins on it any more, then waits for those in flight. An
     * interrupt ends the wait.
     *
     * @return whether all uses had finished in time; what is left of them fails as its bundle goes
     */
    public boolean withdraw(S strategy, Duration patience) {
        Tenure<S> leaving = changing(() -> startDraining(strategy));
        if (leaving == null) {
            return true;
        }
        boolean drained = false;
        lock.lock();
        try {
            long nanos = patience.toNanos();
            while (leaving.leases() > 0 && nanos > 0) {
                nanos = leaseReturned.awaitNanos(nanos);
            }
            drained = leaving.leases() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            tenures.remove(leaving);
            lock.unlock();
        }
        if (!drained) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} left with {1} uses in flight after {2}",
                    leaving.describe(),
                    leaving.leases(),
                    patience);
        }
        return drained;
    }

    /**
     * Finds calls that take too long: their strategy is put into quarantine where another can take
     * over, and their threads are interrupted. To be called now and then.
     *
     * @param limit how long a call may take
     */
    public void checkStalls(Duration limit) {
        long now = nanoTime.getAsLong();
        List<Tenure<S>> all;
        lock.lock();
        try {
            all = List.copyOf(tenures);
        } finally {
            lock.unlock();
        }
        for (Tenure<S> tenure : all) {
            if (tenure.interruptStalled(now - limit.toNanos())) {
                fail(
                        tenure,
                        new IllegalStateException(
                                "a call took longer than " + limit.toMillis() + " ms"));
            }
        }
    }

    /** Returns what an operator sees, the active strategy first, then by ranking. */
    public List<StrategyStatus> status() {
        lock.lock();
        try {
            return tenures.stream()
                    .sorted(
                            Comparator.comparing((Tenure<S> tenure) -> tenure != active)
                                    .thenComparing(choice.order(tenures).reversed()))
                    .map(tenure -> tenure.status(tenure == active))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Acquires first and checks then: a strategy that begins to drain in between is let go again.
     */
    private Tenure<S> enter() throws StoqException {
        while (true) {
            Tenure<S> tenure = active;
            if (tenure == null) {
                throw new StoqException(
                        StoqErrorCode.UNAVAILABLE, "no " + spi.getSimpleName() + " is installed");
            }
            tenure.take();
            if (!tenure.isDraining()) {
                return tenure;
            }
            leave(tenure);
        }
    }

    private Tenure<S> enter(String name) throws StoqException {
        Tenure<S> first = active;
        if (first != null && first.name().equals(name)) {
            first.take();
            if (!first.isDraining()) {
                return first;
            }
            leave(first);
        }
        lock.lock();
        try {
            for (Tenure<S> tenure : tenures) {
                if (tenure.name().equals(name) && !tenure.isDraining()) {
                    tenure.take();
                    return tenure;
                }
            }
        } finally {
            lock.unlock();
        }
        throw new StoqException(
                StoqErrorCode.UNAVAILABLE,
                "no " + spi.getSimpleName() + " named '" + name + "' is installed");
    }

    private <R, X extends Exception> R watched(Tenure<S> tenure, Use<? super S, R, X> use)
            throws X {
        WatchedCall call = tenure.begin(Thread.currentThread(), nanoTime.getAsLong());
        try {
            return use.with(tenure.strategy());
        } finally {
            tenure.end(call);
        }
    }

    private static StoqException failure(Tenure<?> tenure, Throwable cause) {
        return new StoqException(
                StoqErrorCode.INTERNAL, tenure.describe() + " failed: " + cause, cause);
    }

    private void leave(Tenure<S> tenure) {
        if (tenure.giveBack() == 0 && tenure.isDraining()) {
            lock.lock();
            try {
                leaseReturned.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Counts a failure. Returns whether another strategy is active now, or was already. */
    private boolean fail(Tenure<S> tenure, Throwable cause) {
        tenure.countFailure(cause);
        boolean quarantined =
                changing(() -> {
                    boolean other =
                            choice.namedOnly()
                                    || tenures.stream().anyMatch(t -> t != tenure && t.eligible());
                    if (!other || !tenure.eligible()) {
                        return false;
                    }
                    tenure.quarantine();
                    return true;
                });
        if (quarantined) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    tenure.describe()
                            + " is in quarantine; "
                            + activeName().orElse("nothing")
                            + " takes over",
                    cause);
        }
        return active != tenure;
    }

    @SuppressWarnings("ReferenceEquality") // the object that leaves, not one that equals it
    private @Nullable Tenure<S> startDraining(S strategy) {
        for (Tenure<S> tenure : tenures) {
            if (tenure.strategy() == strategy && !tenure.isDraining()) {
                tenure.drain();
                return tenure;
            }
        }
        return null;
    }

    private void changing(Runnable change) {
        changing(() -> {
            change.run();
            return true;
        });
    }

    /** Changes something under the lock, chooses anew, and tells the listeners outside of it. */
    private <R> R changing(Supplier<R> change) {
        boolean changed;
        R result;
        lock.lock();
        try {
            result = change.get();
            Tenure<S> before = active;
            Tenure<S> after = choice.among(tenures, before);
            changed = before != after;
            active = after;
        } finally {
            lock.unlock();
        }
        if (changed) {
            listeners.forEach(this::tell);
        }
        return result;
    }

    private void tell(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "a listener of " + spi.getSimpleName() + " failed",
                    e);
        }
    }

    /** A lease that somebody holds for long. */
    private final class HeldLease implements Lease<S> {
        private final Tenure<S> tenure;
        private final AtomicBoolean open = new AtomicBoolean(true);

        HeldLease(Tenure<S> tenure) {
            this.tenure = tenure;
            tenure.countCall();
        }

        @Override
        public S strategy() {
            return tenure.strategy();
        }

        @Override
        public boolean isEnding() {
            return !tenure.eligible();
        }

        @Override
        public void failed(Throwable cause) {
            fail(tenure, cause);
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                leave(tenure);
            }
        }
    }
}
