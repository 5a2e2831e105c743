package org.stoq.node;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.stoq.sdk.call.Adapter;
import org.stoq.sdk.guard.GuardRule;
import org.stoq.sdk.node.PeerListener;

/** What bundles add to the node beside strategies: adapters, guard rules, listeners of peers. */
final class Extensions implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Extensions.class.getName());

    private static final String CONTENT = "content";

    private final NodeConfiguration configuration;
    private final AdapterTable adapters = new AdapterTable();
    private final Ranked<GuardRule> rules;
    private final Ranked<PeerListener> listeners;
    private final ServiceTracker<Adapter, Adapter> adapterTracker;

    /** Completes when somebody answers for {@code content}: what the node is there for. */
    private final CompletableFuture<Void> contentReady = new CompletableFuture<>();

    /** What a listener hears that comes when peers are connected already. */
    private volatile Consumer<PeerListener> greeting = listener -> {};

    Extensions(BundleContext context, NodeConfiguration configuration) {
        this.configuration = configuration;
        this.rules = new Ranked<>(context, GuardRule.class, rule -> {});
        this.listeners =
                new Ranked<>(context, PeerListener.class, listener -> greeting.accept(listener));
        this.adapterTracker = new AdapterTracker(context);
        rules.open();
        listeners.open();
        adapterTracker.open();
    }

    AdapterTable adapters() {
        return adapters;
    }

    /** Returns the rules, best ranking first. */
    List<GuardRule> rules() {
        return rules.inOrder();
    }

    List<PeerListener> listeners() {
        return listeners.inOrder();
    }

    /** Sets what a listener hears first, from now on. */
    void greet(Consumer<PeerListener> greeting) {
        this.greeting = greeting;
    }

    CompletableFuture<Void> contentReady() {
        return contentReady;
    }

    @Override
    public void close() {
        adapterTracker.close();
        listeners.close();
        rules.close();
    }

    /** Services of one kind in the order of their ranking, read without a lock. */
    private static final class Ranked<S> extends ServiceTracker<S, S> {
        private final SortedMap<ServiceReference<S>, S> sorted =
                new ConcurrentSkipListMap<>(Comparator.reverseOrder());

        private final Consumer<S> welcome;

        Ranked(BundleContext context, Class<S> type, Consumer<S> welcome) {
            super(context, type, null);
            this.welcome = welcome;
        }

        @Override
        public S addingService(ServiceReference<S> reference) {
            S service = super.addingService(reference);
            if (service != null) {
                sorted.put(reference, service);
                welcome.accept(service);
            }
            return service;
        }

        @Override
        public void removedService(ServiceReference<S> reference, S service) {
            sorted.remove(reference);
            super.removedService(reference, service);
        }

        List<S> inOrder() {
            return sorted.entrySet().stream().map(Map.Entry::getValue).toList();
        }
    }

    /** Keeps the table of adapters. */
    private final class AdapterTracker extends ServiceTracker<Adapter, Adapter> {
        AdapterTracker(BundleContext context) {
            super(context, Adapter.class, null);
        }

        @Override
        public Adapter addingService(ServiceReference<Adapter> reference) {
            Adapter adapter = super.addingService(reference);
            if (adapter != null) {
                Object ranking = reference.getProperty(Constants.SERVICE_RANKING);
                adapters.add(adapter, ranking instanceof Integer number ? number : 0);
                if (adapter.service().equals(CONTENT)) {
                    contentReady.complete(null);
                }
            }
            return adapter;
        }

        @Override
        public void removedService(ServiceReference<Adapter> reference, Adapter adapter) {
            if (!adapters.remove(adapter, configuration.current().plugins().drainTimeout())) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the adapter of {0} left with calls in flight",
                        adapter.service());
            }
            super.removedService(reference, adapter);
        }
    }
}
