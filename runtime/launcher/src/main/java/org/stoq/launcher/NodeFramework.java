package org.stoq.launcher;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.BundleRevision;

/** An OSGi framework with the bundles of a distribution in it. */
final class NodeFramework {
    private static final System.Logger LOG = System.getLogger(NodeFramework.class.getName());
    private static final String LAUNCHER_PROPERTY = "stoq.launcher";
    private static final String DRAIN_FILTER = "(stoq.drain=true)";
    private static final long START_SECONDS = 60;
    private static final long STOP_MILLIS = 20_000;

    private final Framework framework;

    private NodeFramework(Framework framework) {
        this.framework = framework;
    }

    /**
     * Starts the framework and every bundle.
     *
     * @param properties framework properties that the bundles read
     * @param events told what the node says of itself: event and detail
     * @throws LaunchException if a bundle cannot start
     */
    static NodeFramework start(
            BundleList bundles,
            DataFolder data,
            Map<String, String> properties,
            BiConsumer<String, String> events)
            throws LaunchException {
        Map<String, String> all = new HashMap<>(properties);
        all.put(Constants.FRAMEWORK_STORAGE, data.framework().toString());
        all.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        all.put(Constants.FRAMEWORK_BOOTDELEGATION, "sun.*,com.sun.*,jdk.*");
        FrameworkFactory factory =
                ServiceLoader.load(FrameworkFactory.class, NodeFramework.class.getClassLoader())
                        .findFirst()
                        .orElseThrow(
                                () -> new LaunchException("no OSGi framework on the path", null));
        Framework framework = factory.newFramework(all);
        NodeFramework node = new NodeFramework(framework);
        try {
            framework.init();
            framework
                    .getBundleContext()
                    .registerService(
                            BiConsumer.class,
                            events,
                            FrameworkUtil.asDictionary(Map.of(LAUNCHER_PROPERTY, true)));
            node.install(bundles);
            framework.start();
            node.reach(bundles.lastLevel());
            node.requireStarted();
            return node;
        } catch (BundleException e) {
            node.stop();
            throw new LaunchException("the bundles do not start: " + e.getMessage(), e);
        } catch (LaunchException e) {
            node.stop();
            throw e;
        }
    }

    private void install(BundleList bundles) throws BundleException {
        BundleContext context = framework.getBundleContext();
        List<Bundle> installed = new ArrayList<>();
        for (BundleList.Entry entry : bundles.entries()) {
            // By reference: the jars of the distribution are not copied at each start.
            Bundle bundle = context.installBundle("reference:" + entry.jar().toUri());
            bundle.adapt(BundleStartLevel.class).setStartLevel(entry.startLevel());
            installed.add(bundle);
        }
        for (Bundle bundle : installed) {
            if (!isFragment(bundle)) {
                bundle.start(Bundle.START_ACTIVATION_POLICY);
            }
        }
    }

    /** Raises the start level; bundles that do not start are reported and found afterwards. */
    private void reach(int level) throws LaunchException {
        CountDownLatch reached = new CountDownLatch(1);
        FrameworkListener count =
                event -> {
                    if (event.getType() == FrameworkEvent.STARTLEVEL_CHANGED) {
                        reached.countDown();
                    }
                };
        FrameworkListener log =
                event -> {
                    if (event.getType() == FrameworkEvent.ERROR) {
                        LOG.log(
                                System.Logger.Level.ERROR,
                                "bundle " + event.getBundle().getSymbolicName(),
                                event.getThrowable());
                    }
                };
        framework.getBundleContext().addFrameworkListener(log);
        framework.adapt(FrameworkStartLevel.class).setStartLevel(level, count);
        try {
            if (!reached.await(START_SECONDS, TimeUnit.SECONDS)) {
                throw new LaunchException(
                        "the bundles have not started within " + START_SECONDS + " s", null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("interrupted while starting", e);
        }
    }

    private void requireStarted() throws LaunchException {
        List<String> late = new ArrayList<>();
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            int wanted = isFragment(bundle) ? Bundle.RESOLVED : Bundle.ACTIVE;
            if (bundle.getState() != wanted) {
                late.add(bundle.getSymbolicName());
            }
        }
        if (!late.isEmpty()) {
            throw new LaunchException(
                    "bundles that do not start: " + String.join(", ", late), null);
        }
    }

    private static boolean isFragment(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
    }

    /**
     * Asks the node to let nobody in and to finish its calls. Returns whether they ended in time.
     */
    boolean drain() {
        BundleContext context = framework.getBundleContext();
        if (context == null) {
            return true;
        }
        boolean drained = true;
        try {
            for (ServiceReference<?> reference :
                    context.getServiceReferences(Callable.class, DRAIN_FILTER)) {
                if (context.getService(reference) instanceof Callable<?> drain) {
                    drained &= Boolean.TRUE.equals(drain.call());
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("the filter is a constant", e);
        } catch (Exception e) {
            LOG.log(System.Logger.Level.WARNING, "the node could not be drained", e);
            drained = false;
        }
        return drained;
    }

    /** Stops every bundle and the framework. Blocks until that is done. */
    void stop() {
        try {
            framework.stop();
            FrameworkEvent end = framework.waitForStop(STOP_MILLIS);
            if (end.getType() == FrameworkEvent.WAIT_TIMEDOUT) {
                LOG.log(System.Logger.Level.WARNING, "the bundles have not stopped in time");
            }
        } catch (BundleException e) {
            LOG.log(System.Logger.Level.WARNING, "the framework did not stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
