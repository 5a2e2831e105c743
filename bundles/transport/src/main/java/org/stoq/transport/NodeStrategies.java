package org.stoq.transport;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.util.tracker.ServiceTracker;
import org.stoq.sdk.strategy.Strategies;

/**
 * The node's strategies, where this code runs in a bundle of a node; null elsewhere. Thread-safe.
 *
 * <p>Looked up when they are first needed, and not a reference of the component: the node's slots
 * hold transports, so each would wait for the other when both stop.
 */
final class NodeStrategies implements Supplier<@Nullable Strategies>, AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private boolean looked;
    private @Nullable ServiceTracker<Strategies, Strategies> tracker;

    @Override
    public @Nullable Strategies get() {
        lock.lock();
        try {
            if (!looked) {
                looked = true;
                tracker = open();
            }
            return tracker == null ? null : tracker.getService();
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable ServiceTracker<Strategies, Strategies> open() {
        try {
            Bundle bundle = FrameworkUtil.getBundle(NodeStrategies.class);
            if (bundle == null || bundle.getBundleContext() == null) {
                return null;
            }
            ServiceTracker<Strategies, Strategies> opened =
                    new ServiceTracker<>(bundle.getBundleContext(), Strategies.class, null);
            opened.open();
            return opened;
        } catch (NoClassDefFoundError e) {
            // Plain Java, without OSGi's classes.
            return null;
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            looked = false;
            if (tracker != null) {
                tracker.close();
                tracker = null;
            }
        } finally {
            lock.unlock();
        }
    }
}
