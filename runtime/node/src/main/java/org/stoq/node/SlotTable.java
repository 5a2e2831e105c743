package org.stoq.node;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.stoq.config.StoqConfig;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.sdk.chunk.Compressor;
import org.stoq.sdk.chunk.DeltaCompressor;
import org.stoq.sdk.chunk.SimilarityIndex;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.function.FunctionRuntime;
import org.stoq.sdk.routing.RoutingAlgorithm;
import org.stoq.sdk.store.ChunkStore;
import org.stoq.sdk.strategy.Strategies;
import org.stoq.sdk.strategy.Strategy;
import org.stoq.sdk.strategy.StrategySlot;
import org.stoq.sdk.strategy.StrategyStatus;
import org.stoq.sdk.transport.Transport;

/**
 * The node's slots, fed with every strategy that a bundle registers as a service.
 *
 * <p>A strategy whose service goes is withdrawn first: the bundle that stops waits until the uses
 * in flight have finished, for {@code plugins.drain_timeout} at most. One thread looks for stalled
 * calls.
 */
@Component(service = {Strategies.class, SlotTable.class})
public final class SlotTable implements Strategies {
    private static final System.Logger LOG = System.getLogger(SlotTable.class.getName());

    /** Kinds that are followed from the start, so that an operator sees them before any use. */
    private static final List<Class<? extends Strategy>> KINDS =
            List.of(
                    Transport.class,
                    CongestionController.class,
                    Chunker.class,
                    Compressor.class,
                    DeltaCompressor.class,
                    SimilarityIndex.class,
                    ChunkStore.class,
                    CachePolicy.class,
                    RoutingAlgorithm.class,
                    FunctionRuntime.class);

    private static final long STALL_CHECK_MILLIS = 100;

    private final BundleContext context;
    private final NodeConfiguration configuration;
    private final NodeConfiguration.Subscription subscription;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread stallWatch;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private final Map<Class<?>, Feed<?>> feeds = new LinkedHashMap<>();

    /** Follows the services of every known kind. */
    @Activate
    public SlotTable(BundleContext context, @Reference NodeConfiguration configuration) {
        this.context = context;
        this.configuration = configuration;
        KINDS.forEach(this::slot);
        this.subscription = configuration.follow(this::prefer);
        this.stallWatch = Thread.ofPlatform().daemon().name("stoq-stall-watch").start(this::watch);
    }

    @Deactivate
    void deactivate() {
        subscription.close();
        closing.countDown();
        all().forEach(feed -> feed.tracker.close());
        try {
            stallWatch.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public <S extends Strategy> StrategySlot<S> slot(Class<S> spi) {
        Feed<?> feed;
        boolean fresh;
        lock.lock();
        try {
            fresh = !feeds.containsKey(spi);
            feed = feeds.computeIfAbsent(spi, kind -> new Feed<>(spi));
        } finally {
            lock.unlock();
        }
        if (fresh) {
            feed.tracker.open();
        }
        @SuppressWarnings("unchecked") // the map's invariant: a feed is for the kind of its key
        Feed<S> known = (Feed<S>) feed;
        return known.slot;
    }

    /** Returns what an operator sees of every kind that has strategies. */
    List<StrategyStatus> status() {
        List<StrategyStatus> status = new ArrayList<>();
        all().forEach(feed -> status.addAll(feed.slot.status()));
        return status;
    }

    private List<Feed<?>> all() {
        lock.lock();
        try {
            return List.copyOf(feeds.values());
        } finally {
            lock.unlock();
        }
    }

    private void prefer(StoqConfig config) {
        slot(Transport.class).prefer(config.transport().engine());
        slot(CongestionController.class).prefer(config.transport().congestionAlgorithm());
        slot(Chunker.class).prefer(config.cdn().chunker());
        slot(ChunkStore.class).prefer(config.cdn().store());
        slot(CachePolicy.class).prefer(config.cdn().cachePolicy());
        slot(RoutingAlgorithm.class).prefer(config.routing().algorithm());
    }

    private void watch() {
        try {
            while (!closing.await(STALL_CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
                var limit = configuration.current().plugins().stallTimeout();
                all().forEach(feed -> feed.slot.checkStalls(limit));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Brings the services of one kind into their slot. */
    private final class Feed<S extends Strategy> implements ServiceTrackerCustomizer<S, S> {
        private final StrategySlot<S> slot;
        private final ServiceTracker<S, S> tracker;

        Feed(Class<S> spi) {
            // An engine has controllers of its own, which no slot knows.
            this.slot =
                    spi == CongestionController.class
                            ? StrategySlot.namedOnly(spi, System::nanoTime)
                            : new StrategySlot<>(spi, System::nanoTime);
            this.tracker = new ServiceTracker<>(context, spi, this);
        }

        @Override
        public @Nullable S addingService(ServiceReference<S> reference) {
            S strategy = context.getService(reference);
            if (strategy == null) {
                return null;
            }
            try {
                slot.offer(strategy, origin(reference));
                return strategy;
            } catch (RuntimeException | LinkageError e) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "a strategy of " + reference.getBundle().getSymbolicName() + " is not used",
                        e);
                context.ungetService(reference);
                return null;
            }
        }

        @Override
        public void modifiedService(ServiceReference<S> reference, S strategy) {
            // A ranking that changes later moves nobody who is at work.
        }

        @Override
        public void removedService(ServiceReference<S> reference, S strategy) {
            slot.withdraw(strategy, configuration.current().plugins().drainTimeout());
            context.ungetService(reference);
        }

        private static StrategyStatus.Origin origin(ServiceReference<?> reference) {
            Bundle bundle = reference.getBundle();
            Object ranking = reference.getProperty(Constants.SERVICE_RANKING);
            return new StrategyStatus.Origin(
                    Optional.ofNullable(bundle.getSymbolicName()).orElse(bundle.getLocation()),
                    bundle.getVersion().toString(),
                    ranking instanceof Integer number ? number : 0);
        }
    }
}
