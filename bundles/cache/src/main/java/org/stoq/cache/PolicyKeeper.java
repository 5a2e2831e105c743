package org.stoq.cache;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.stoq.cache.PolicyThread.PolicyFailedException;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.strategy.Lease;
import org.stoq.sdk.strategy.StrategySlot;

/**
 * Keeps a policy in charge of a cache, whichever the slot has made active.
 *
 * <p>One virtual thread of the keeper's own hands the policy its work, a batch at a time, and waits
 * no longer than the stall limit for any. A policy that throws, stalls or lies is reported to the
 * slot, and the one that takes over inherits the entries, least recently used first. Where there is
 * none, or none that works, the cache evicts the least recently used by itself.
 *
 * <p>Constructor, {@link #close}, {@link #signal} and {@link #reconfigure}: any thread. The rest
 * belongs to the keeper's thread.
 */
final class PolicyKeeper implements AutoCloseable {
    /** Events per batch: few enough that a good policy is far below any stall limit. */
    private static final int BATCH = 256;

    private static final Duration UNLIMITED = Duration.ofDays(365);

    private static final System.Logger LOG = System.getLogger(PolicyKeeper.class.getName());

    private final CacheContents contents;
    private final StrategySlot<CachePolicy> slot;
    private final LongSupplier nanoTime;
    private final StrategySlot.Subscription subscription;
    private final Thread thread;

    private final AtomicBoolean signalled = new AtomicBoolean();
    private final Semaphore wakeUp = new Semaphore(0);

    /** Set by whoever changes what the keeper follows: the active policy, or the capacity. */
    private final AtomicBoolean changed = new AtomicBoolean(true);

    /** Changed by the configuration at any time. */
    private volatile Duration stallLimit;

    /** In charge where the slot has no policy that works. */
    private final CachePolicy own = new LruPolicy();

    private @Nullable Tenure tenure;

    /** Has failed, and the slot had no other; not tried again until it has. */
    private @Nullable CachePolicy rejected;

    /**
     * A policy in charge.
     *
     * @param lease the right to use it; empty for the cache's own
     */
    private record Tenure(
            CachePolicy policy,
            Optional<Lease<CachePolicy>> lease,
            PolicySession session,
            PolicyThread thread) {
        /** Ends it, however busy it is. */
        void close() {
            thread.close();
            lease.ifPresent(Lease::close);
        }
    }

    /** Starts to follow the slot. */
    PolicyKeeper(
            CacheContents contents,
            StrategySlot<CachePolicy> slot,
            LongSupplier nanoTime,
            Duration stallLimit) {
        this.contents = contents;
        this.slot = slot;
        this.nanoTime = nanoTime;
        this.stallLimit = stallLimit;
        this.thread = Thread.ofVirtual().name("stoq-cache").unstarted(this::run);
        this.subscription = slot.onChange(this::followSlot);
        thread.start();
    }

    /** Says that there is work. Never blocks. */
    void signal() {
        if (!signalled.get() && signalled.compareAndSet(false, true)) {
            wakeUp.release();
        }
    }

    /** Takes over another stall limit, and the capacity of the contents. */
    void reconfigure(Duration newStallLimit) {
        stallLimit = newStallLimit;
        followSlot();
    }

    /**
     * Gives the policy back and ends the threads; one that is stuck in a policy may outlive this.
     */
    @Override
    public void close() {
        subscription.close();
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void followSlot() {
        changed.set(true);
        signal();
    }

    private void run() {
        try {
            while (true) {
                if (changed.getAndSet(false)) {
                    follow();
                }
                if (!work()) {
                    wakeUp.acquire();
                    signalled.set(false);
                }
            }
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.DEBUG, "the cache is being closed");
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the cache keeps what it has until a restart", e);
        } finally {
            end();
        }
    }

    /** Puts the active policy in charge, unless it is already. */
    private void follow() throws InterruptedException {
        Optional<Lease<CachePolicy>> next = acquire();
        Tenure before = tenure;
        List<Digest> order = List.of();
        if (before != null) {
            if (same(before.policy(), next.map(Lease::strategy).orElse(own))
                    && before.session().capacityBytes() == contents.residentCapacityBytes()) {
                next.ifPresent(Lease::close);
                return;
            }
            try {
                order = lastWords(before);
            } catch (InterruptedException e) {
                next.ifPresent(Lease::close);
                throw e;
            }
            before.close();
        }
        begin(next, order);
    }

    /** Asks the policy for its order before it goes; one that fails now has none. */
    private List<Digest> lastWords(Tenure leaving) throws InterruptedException {
        try {
            return call(leaving, leaving.session()::coldestFirst);
        } catch (PolicyFailedException e) {
            leaving.lease().ifPresent(lease -> lease.failed(e.failure()));
            return List.of();
        }
    }

    /** Starts a policy and tells it of the entries; if it fails, another one. */
    private void begin(Optional<Lease<CachePolicy>> first, List<Digest> coldestFirst)
            throws InterruptedException {
        Optional<Lease<CachePolicy>> lease = first;
        while (true) {
            CachePolicy policy = lease.map(Lease::strategy).orElse(own);
            PolicySession session = new PolicySession(contents, policy, nanoTime);
            Tenure starting = new Tenure(policy, lease, session, new PolicyThread());
            tenure = starting;
            try {
                List<CacheEntry> entries =
                        PolicySession.arrange(contents.takeOver(session), coldestFirst);
                call(starting, session::start);
                for (int from = 0; from < entries.size(); from += BATCH) {
                    int start = from;
                    int end = Math.min(entries.size(), from + BATCH);
                    call(starting, () -> session.inherit(entries.subList(start, end)));
                }
                return;
            } catch (PolicyFailedException e) {
                dismiss(starting, e.failure());
                lease = acquire();
            }
        }
    }

    /** Hands the policy a batch. Returns whether there may be more to do. */
    private boolean work() throws InterruptedException {
        Tenure working = Objects.requireNonNull(tenure, "nobody is in charge");
        try {
            return call(working, () -> working.session().work(BATCH));
        } catch (PolicyFailedException e) {
            dismiss(working, e.failure());
            begin(acquire(), List.of());
            return true;
        }
    }

    private void dismiss(Tenure failed, Throwable cause) {
        Lease<CachePolicy> lease =
                failed.lease()
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "the cache cannot evict any more", cause));
        rejected = failed.policy();
        lease.failed(cause);
        failed.close();
    }

    /** Leases the active policy; nothing if there is none, or only the one that has just failed. */
    private Optional<Lease<CachePolicy>> acquire() {
        try {
            Lease<CachePolicy> lease = slot.acquire();
            if (same(lease.strategy(), rejected)) {
                lease.close();
                return Optional.empty();
            }
            rejected = null;
            return Optional.of(lease);
        } catch (StoqException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "{0}: the cache evicts the least recently used",
                    e.getMessage());
            rejected = null;
            return Optional.empty();
        }
    }

    private void call(Tenure called, Runnable task)
            throws PolicyFailedException, InterruptedException {
        call(
                called,
                () -> {
                    task.run();
                    return true;
                });
    }

    /** Runs a task on the policy's thread; the cache's own policy may take as long as it takes. */
    private <R> R call(Tenure called, Callable<R> task)
            throws PolicyFailedException, InterruptedException {
        return called.thread()
                .call(task, () -> called.lease().isPresent() ? stallLimit : UNLIMITED);
    }

    @SuppressWarnings("ReferenceEquality") // another version of a policy may equal it
    private static boolean same(CachePolicy policy, @Nullable CachePolicy other) {
        return policy == other;
    }

    private void end() {
        Tenure last = tenure;
        tenure = null;
        if (last == null) {
            return;
        }
        last.close();
        try {
            if (!last.thread().awaitEnd(stallLimit)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "cache policy ''{0}'' does not come back; its thread stays",
                        last.policy().name());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
