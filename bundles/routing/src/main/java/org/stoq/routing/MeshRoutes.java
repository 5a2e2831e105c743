package org.stoq.routing;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.RoutingConfig;
import org.stoq.sdk.config.TransportConfig;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.RouteUpdateFrame;
import org.stoq.sdk.node.NodeIdentity;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.PeerListener;
import org.stoq.sdk.node.Peers;
import org.stoq.sdk.routing.RouteTable;
import org.stoq.sdk.routing.Routes;
import org.stoq.sdk.routing.RoutingAlgorithm;
import org.stoq.sdk.routing.Topology;
import org.stoq.sdk.strategy.Strategies;
import org.stoq.sdk.strategy.StrategySlot;

/**
 * Routes through the mesh, recomputed every {@code routing.update_interval} if something has
 * changed.
 *
 * <p>One thread of its own does that. It is a platform thread: an algorithm that does not return
 * would keep a virtual thread's carrier from everybody.
 */
@Component(
        service = {Routes.class, PeerListener.class},
        configurationPid = {RoutingConfig.PID, TransportConfig.PID},
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class MeshRoutes implements Routes, PeerListener, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(MeshRoutes.class.getName());

    /** How long an algorithm that is computing may hold up the end. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Flooder flooder = new Flooder();
    private final Semaphore wakeUp = new Semaphore(0);
    private final LinkStateRouter router;
    private final StrategySlot.Subscription subscription;
    private final Thread thread;

    /** Both written when the configuration changes, read by the thread. */
    private volatile Duration updateInterval;

    private volatile Duration unmeasured;
    private volatile boolean closed;

    /**
     * Starts with an empty table.
     *
     * @param properties both tables of the configuration
     */
    @Activate
    public MeshRoutes(
            @Reference Strategies strategies,
            @Reference Peers peers,
            @Reference NodeIdentity identity,
            Map<String, Object> properties) {
        RoutingConfig config = RoutingConfig.TABLE.readProperties(properties);
        updateInterval = config.updateInterval();
        unmeasured = TransportConfig.TABLE.readProperties(properties).initialRtt();
        StrategySlot<RoutingAlgorithm> slot = strategies.slot(RoutingAlgorithm.class);
        // The clock makes numbers that a restarted node has not used before.
        router =
                new LinkStateRouter(
                        identity, peers, slot, flooder, System.currentTimeMillis(), config);
        thread = Thread.ofPlatform().daemon().name("stoq-routing").unstarted(this::run);
        subscription = slot.onChange(this::algorithmChanged);
        thread.start();
    }

    /** Takes over another configuration at once. */
    @Modified
    public void configure(Map<String, Object> properties) {
        RoutingConfig config = RoutingConfig.TABLE.readProperties(properties);
        updateInterval = config.updateInterval();
        unmeasured = TransportConfig.TABLE.readProperties(properties).initialRtt();
        router.configure(config);
        wakeUp.release();
    }

    @Override
    public RouteTable table() {
        return router.table();
    }

    @Override
    public Topology topology() {
        return router.topology();
    }

    @Override
    public void connected(Peer peer) {
        router.connected(peer);
    }

    @Override
    public void disconnected(Peer peer) {
        flooder.forget(peer);
    }

    @Override
    public void announced(Peer peer, Frame frame) throws StoqException {
        if (frame instanceof RouteUpdateFrame update) {
            router.announced(peer, update, System.nanoTime());
        }
    }

    /** Ends the threads. */
    @Override
    @Deactivate
    public void close() {
        closed = true;
        subscription.close();
        flooder.close();
        wakeUp.release();
        thread.interrupt();
        try {
            if (!thread.join(PATIENCE)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the routing algorithm does not come back; its thread stays");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void algorithmChanged() {
        router.algorithmChanged();
        wakeUp.release();
    }

    private void run() {
        while (!closed) {
            try {
                router.tick(System.nanoTime(), unmeasured);
            } catch (RuntimeException e) {
                // A defect, but routes must go on; the slot has dealt with those of algorithms.
                LOG.log(System.Logger.Level.ERROR, "routes were not updated", e);
            }
            try {
                if (wakeUp.tryAcquire(updateInterval.toNanos(), TimeUnit.NANOSECONDS)) {
                    wakeUp.drainPermits();
                }
            } catch (InterruptedException e) {
                // Somebody wants the thread to look up; the loop knows whether it is the end.
                LOG.log(System.Logger.Level.DEBUG, "routing was interrupted");
            }
        }
    }
}
