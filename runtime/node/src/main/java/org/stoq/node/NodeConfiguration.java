package org.stoq.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.stoq.config.ConfigDiff;
import org.stoq.config.ConfigException;
import org.stoq.config.ConfigSource;
import org.stoq.config.StoqConfig;

/**
 * The configuration that the node runs with: read from {@code stoq.toml}, handed to every bundle
 * through ConfigAdmin, and followed while the file changes.
 *
 * <p>Of a changed file only what is marked live is taken over; what needs a restart is logged and
 * kept in mind. A file with a fault changes nothing. Any thread; changes come one at a time, on the
 * thread that watches the file.
 */
@Component(service = NodeConfiguration.class, immediate = true)
public final class NodeConfiguration {
    private static final System.Logger LOG = System.getLogger(NodeConfiguration.class.getName());
    private static final String ANY_LOCATION = "?";

    private final ConfigurationAdmin admin;
    private final ConfigSource source;
    private final Path file;
    private final FileWatch watch;
    private final List<Consumer<StoqConfig>> listeners = new CopyOnWriteArrayList<>();

    /** Orders changes; what it guards is read without it. */
    private final ReentrantLock changing = new ReentrantLock();

    private volatile StoqConfig current;

    /** What the file says now, as far as it was right. */
    private volatile StoqConfig wanted;

    /**
     * Reads the configuration and hands it out.
     *
     * @throws IllegalStateException if it is not usable; the launcher has checked it before
     */
    @Activate
    public NodeConfiguration(BundleContext context, @Reference ConfigurationAdmin admin)
            throws IOException {
        this.admin = admin;
        this.source = ConfigSource.ofProperties(context::getProperty);
        FileWatch.State before;
        try {
            this.file = source.path();
            before = FileWatch.look(file);
            this.current = source.load();
        } catch (ConfigException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        this.wanted = current;
        handOut(null, current);
        this.watch = FileWatch.start(before, this::fileChanged);
    }

    @Deactivate
    void deactivate() {
        watch.close();
    }

    /** A listener's registration. */
    @FunctionalInterface
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** Returns what the node runs with. */
    StoqConfig current() {
        return current;
    }

    /** Returns the file that is watched, which need not exist. */
    Path file() {
        return file;
    }

    /** Returns what the file says and the node has not taken over, for it needs a restart. */
    List<ConfigDiff.Change> needingRestart() {
        return ConfigDiff.between(current, wanted).restart();
    }

    /** Calls the listener with the configuration now, and whenever another one applies. */
    Subscription follow(Consumer<StoqConfig> listener) {
        changing.lock();
        try {
            listeners.add(listener);
            listener.accept(current);
        } finally {
            changing.unlock();
        }
        return () -> listeners.remove(listener);
    }

    private void fileChanged() {
        StoqConfig read;
        try {
            read = source.load();
        } catch (ConfigException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "the changed configuration is not taken over:\n{0}",
                    e.getMessage());
            return;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "{0} cannot be read: {1}", file, e);
            return;
        }
        changing.lock();
        try {
            apply(read);
        } finally {
            changing.unlock();
        }
    }

    private void apply(StoqConfig read) {
        ConfigDiff diff = ConfigDiff.between(current, read);
        diff.live().forEach(change -> LOG.log(System.Logger.Level.INFO, "applied {0}", change));
        diff.restart()
                .forEach(change ->
                        LOG.log(
                                System.Logger.Level.WARNING,
                                "{0} applies after a restart",
                                change));
        StoqConfig before = current;
        wanted = read;
        current = diff.effective();
        try {
            handOut(before, current);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "the configuration could not be handed out", e);
        }
        listeners.forEach(listener -> listener.accept(current));
    }

    /** Updates what differs in ConfigAdmin, and deletes what is gone. */
    private void handOut(@Nullable StoqConfig before, StoqConfig after) throws IOException {
        Map<String, Map<String, Object>> old = before == null ? Map.of() : before.properties();
        Map<String, Map<String, Object>> young = after.properties();
        for (Map.Entry<String, Map<String, Object>> table : young.entrySet()) {
            Configuration configuration = admin.getConfiguration(table.getKey(), ANY_LOCATION);
            configuration.updateIfDifferent(FrameworkUtil.asDictionary(table.getValue()));
        }
        for (String pid : old.keySet()) {
            if (!young.containsKey(pid)) {
                admin.getConfiguration(pid, ANY_LOCATION).delete();
            }
        }
    }
}
