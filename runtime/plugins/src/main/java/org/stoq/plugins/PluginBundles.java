package org.stoq.plugins;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The plug-ins as bundles: starts them out of checked copies, and stops them so that nothing is
 * left.
 *
 * <p>Every start is a new bundle with a location of its own, so that a new version can be active
 * before the old one stops. Belongs to the worker thread: stopping waits for calls in flight.
 */
final class PluginBundles {
    private static final System.Logger LOG = System.getLogger(PluginBundles.class.getName());

    private static final String LOCATION = "stoq-plugin:";

    /** How long the framework may take to let go of the classes of a plug-in that is gone. */
    private static final Duration REFRESH_LIMIT = Duration.ofSeconds(30);

    private final BundleContext context;
    private final Duration startLimit;
    private long started;

    /**
     * Creates what starts plug-ins.
     *
     * @param startLimit how long an activator may take before it is interrupted
     */
    PluginBundles(BundleContext context, Duration startLimit) {
        this.context = context;
        this.startLimit = startLimit;
    }

    /** Returns whether a bundle is a plug-in. */
    static boolean isPlugin(Bundle bundle) {
        return bundle.getLocation().startsWith(LOCATION);
    }

    /** Returns the symbolic names of the node's own bundles. */
    Set<String> reserved() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> !isPlugin(bundle))
                .map(Bundle::getSymbolicName)
                .filter(Objects::nonNull)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Removes the plug-ins that an earlier owner of the folder has left behind. */
    void removeLeftovers() throws InterruptedException {
        for (Bundle bundle : context.getBundles()) {
            if (isPlugin(bundle)) {
                retire(bundle);
            }
        }
    }

    /**
     * Installs and starts a plug-in.
     *
     * @return the bundle, which is active
     * @throws StartFailure if it does not start; nothing of it is left then
     * @throws IOException if the copy cannot be read
     */
    Bundle start(StagedJar staged) throws StartFailure, IOException, InterruptedException {
        started++;
        Bundle bundle;
        // A plug-in starts now and stops with this bundle, whose start level has been reached.
        FrameworkStartLevel levels = framework().adapt(FrameworkStartLevel.class);
        int usual = levels.getInitialBundleStartLevel();
        levels.setInitialBundleStartLevel(
                Math.max(1, context.getBundle().adapt(BundleStartLevel.class).getStartLevel()));
        try (InputStream content = Files.newInputStream(staged.file())) {
            bundle = context.installBundle(LOCATION + started + ":" + staged.content(), content);
        } catch (BundleException | IllegalStateException | SecurityException e) {
            throw StartFailure.of(e);
        } finally {
            levels.setInitialBundleStartLevel(usual);
        }
        try {
            activate(bundle);
            return bundle;
        } catch (StartFailure failure) {
            retire(bundle);
            throw failure;
        }
    }

    /**
     * Starts a plug-in that is installed.
     *
     * @throws StartFailure if it does not start, or did not before it was interrupted
     */
    void activate(Bundle bundle) throws StartFailure {
        StartWatch watch = new StartWatch(startLimit);
        try {
            bundle.start(Bundle.START_TRANSIENT);
        } catch (BundleException | RuntimeException | LinkageError e) {
            StartFailure failure = StartFailure.of(e);
            throw watch.end() ? failure.after(startLimit) : failure;
        }
        if (watch.end()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "plug-in {0} {1} took over {2} to start",
                    bundle.getSymbolicName(),
                    bundle.getVersion(),
                    startLimit);
        }
    }

    /** Stops a plug-in, which waits for calls in flight, and removes it with its classes. */
    void retire(Bundle bundle) throws InterruptedException {
        try {
            bundle.stop(Bundle.STOP_TRANSIENT);
        } catch (BundleException | RuntimeException e) {
            // It is stopped all the same.
            LOG.log(
                    System.Logger.Level.WARNING,
                    "plug-in {0} {1}: {2}",
                    bundle.getSymbolicName(),
                    bundle.getVersion(),
                    StartFailure.of(e).reason());
        }
        try {
            bundle.uninstall();
            refresh(bundle);
        } catch (BundleException | IllegalStateException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "plug-in {0} {1} could not be removed: {2}",
                    bundle.getSymbolicName(),
                    bundle.getVersion(),
                    StartFailure.of(e).reason());
        }
    }

    private void refresh(Bundle bundle) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        FrameworkListener listener = event -> done.countDown();
        framework().adapt(FrameworkWiring.class).refreshBundles(List.of(bundle), listener);
        if (!done.await(REFRESH_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the framework still holds the classes of {0} after {1}",
                    bundle,
                    REFRESH_LIMIT);
        }
    }

    private Bundle framework() {
        return context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
    }
}
