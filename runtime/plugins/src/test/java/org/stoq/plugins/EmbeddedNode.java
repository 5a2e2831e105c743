package org.stoq.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.BundleWiring;
import org.stoq.sdk.config.PluginsConfig;
import org.stoq.sdk.config.ServerConfig;

/** A running framework whose folder of plug-ins is watched. */
final class EmbeddedNode {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration QUIET = Duration.ofMillis(20);

    /** Long, so that a test fails if an event goes missing, but for folders that come and go. */
    private static final Duration RESCAN = Duration.ofSeconds(5);

    private static final Duration START_LIMIT = Duration.ofMillis(300);

    private final Path dir;
    private final Framework framework;
    private final Map<String, Object> server = new HashMap<>();
    private Map<String, Object> plugins = new HashMap<>();
    private PluginsAdapter adapter;

    private EmbeddedNode(Path dir, Framework framework) {
        this.dir = dir;
        this.framework = framework;
        server.put("data_dir", dir.resolve("data").toString());
        server.put("listen", "[::1]:0");
        adapter = newAdapter(framework, server, plugins);
    }

    static EmbeddedNode start(Path dir) throws Exception {
        Framework framework =
                new FrameworkFactory()
                        .newFramework(
                                Map.of(
                                        Constants.FRAMEWORK_STORAGE,
                                        dir.resolve("cache").toString()));
        framework.start();
        return new EmbeddedNode(dir, framework);
    }

    void listen(String address) {
        server.put("listen", address);
    }

    void configure(Map<String, Object> table) {
        plugins = table;
    }

    /** Changes the configuration while the watch goes on. */
    void reconfigure(Map<String, Object> table) {
        plugins = table;
        adapter.modified(table);
    }

    void watch() {
        adapter = newAdapter(framework, server, plugins);
    }

    private static PluginsAdapter newAdapter(
            Framework framework, Map<String, Object> server, Map<String, Object> plugins) {
        return new PluginsAdapter(
                framework.getBundleContext(),
                new NodePlace(ServerConfig.TABLE.write(ServerConfig.TABLE.read(server))),
                PluginsConfig.TABLE.readProperties(plugins),
                new PluginsAdapter.Pace(QUIET, RESCAN, START_LIMIT));
    }

    void stopWatching() {
        adapter.close();
    }

    void close() throws Exception {
        adapter.close();
        framework.stop();
        framework.waitForStop(LIMIT.toMillis());
    }

    PluginsAdapter adapter() {
        return adapter;
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    Thread thread() {
        return adapter.thread();
    }

    Path folder() {
        return dir.resolve("data/plugins");
    }

    Path file(String name) {
        await(() -> folder().toFile().isDirectory());
        return folder().resolve(name);
    }

    List<PluginStatus> statuses() {
        return adapter.statuses();
    }

    /** Returns what is known of a file, as soon as something is. */
    PluginStatus status(String file) {
        await(() -> find(file).findAny().isPresent());
        return find(file).findAny().orElseThrow();
    }

    void awaitActive(String file, String version) {
        await(() ->
                find(file)
                        .anyMatch(status ->
                                status.state() == PluginState.ACTIVE
                                        && status.jar()
                                                .orElseThrow()
                                                .version()
                                                .toString()
                                                .equals(version)));
    }

    List<Bundle> plugins() {
        return Arrays.stream(framework.getBundleContext().getBundles())
                .filter(PluginBundles::isPlugin)
                .toList();
    }

    Bundle plugin(String symbolicName) {
        return plugins().stream()
                .filter(bundle -> bundle.getSymbolicName().equals(symbolicName))
                .findAny()
                .orElseThrow();
    }

    /** Returns the versions of the services that a plug-in has registered. */
    List<String> announced(String plugin) {
        try {
            ServiceReference<?>[] found =
                    context().getServiceReferences("java.lang.Runnable", "(plugin=" + plugin + ")");
            return found == null
                    ? List.of()
                    : Arrays.stream(found)
                            .map(reference -> String.valueOf(reference.getProperty("version")))
                            .toList();
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Notes what happens to plug-ins from now on, in order. */
    List<String> recordEvents() {
        List<String> events = new CopyOnWriteArrayList<>();
        context()
                .addBundleListener(
                        (SynchronousBundleListener)
                                event -> {
                                    String what =
                                            switch (event.getType()) {
                                                case BundleEvent.STARTED -> "started";
                                                case BundleEvent.STOPPING -> "stopping";
                                                case BundleEvent.UNINSTALLED -> "gone";
                                                default -> "";
                                            };
                                    if (!what.isEmpty()) {
                                        events.add(
                                                what
                                                        + " "
                                                        + event.getBundle().getSymbolicName()
                                                        + " "
                                                        + event.getBundle().getVersion());
                                    }
                                });
        return events;
    }

    /** Notes the class loaders of plug-ins that start from now on, weakly. */
    List<WeakReference<ClassLoader>> recordLoaders() {
        List<WeakReference<ClassLoader>> loaders = new CopyOnWriteArrayList<>();
        context()
                .addBundleListener(
                        (SynchronousBundleListener)
                                event -> {
                                    if (event.getType() == BundleEvent.STARTING) {
                                        loaders.add(loaderOf(event.getBundle()));
                                    }
                                });
        return loaders;
    }

    static WeakReference<ClassLoader> loaderOf(Bundle bundle) {
        return new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
    }

    void await(BooleanSupplier condition) {
        await(condition, LIMIT);
    }

    private void await(BooleanSupplier condition, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(condition.getAsBoolean()).as(() -> "in time; now " + statuses()).isTrue();
    }

    private Stream<PluginStatus> find(String file) {
        return statuses().stream().filter(status -> status.file().equals(file));
    }
}
