package org.stoq.launcher;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.stoq.config.ConfigException;
import org.stoq.config.ConfigSource;
import org.stoq.config.StoqConfig;

/** Runs a node in this process until it is told to stop. */
public final class Launcher {
    /** Exit code of a node that was stopped and whose calls had all ended. */
    public static final int STOPPED = 0;

    /** Exit code of a node that could not start, or broke off calls when it stopped. */
    public static final int FAILED = 1;

    private static final System.Logger LOG = System.getLogger(Launcher.class.getName());

    private final LaunchListener listener;
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final AtomicBoolean failed = new AtomicBoolean();
    private final AtomicBoolean signalled = new AtomicBoolean();

    private Launcher(LaunchListener listener) {
        this.listener = listener;
    }

    /**
     * Runs a node until SIGTERM, SIGINT or {@code stoq stop} ends it: GOAWAY to everybody, the
     * calls in flight finish, then the bundles stop. Blocks. After a signal the process exits with
     * the code that this would return.
     *
     * @return {@link #STOPPED} or {@link #FAILED}
     */
    public static int run(LaunchOptions options, LaunchListener listener) {
        Logging.configure();
        return new Launcher(listener).run(options);
    }

    private int run(LaunchOptions options) {
        ConfigSource source = new ConfigSource(options.config(), options.settings());
        try {
            StoqConfig config = source.load();
            BundleList bundles = BundleList.read(options.home());
            try (DataFolder data = DataFolder.open(config.server().dataDir())) {
                return run(bundles, data, source.properties());
            }
        } catch (ConfigException | LaunchException e) {
            listener.failed(String.valueOf(e.getMessage()));
            return FAILED;
        } catch (IOException e) {
            listener.failed("the configuration cannot be read: " + e);
            return FAILED;
        }
    }

    private int run(BundleList bundles, DataFolder data, Map<String, String> properties)
            throws LaunchException {
        CountDownLatch ended = new CountDownLatch(1);
        AtomicInteger code = new AtomicInteger(FAILED);
        Thread hook = Thread.ofPlatform().unstarted(() -> stopBySignal(ended, code));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            code.set(serve(NodeFramework.start(bundles, data, properties, this::told)));
            return code.get();
        } finally {
            ended.countDown();
            forget(hook);
        }
    }

    /** Without a signal the exit is the caller's affair, and the hook has nothing to do. */
    private void forget(Thread hook) {
        try {
            if (!signalled.get()) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        } catch (IllegalStateException e) {
            LOG.log(System.Logger.Level.DEBUG, "a signal has come just now", e);
        }
    }

    private int serve(NodeFramework framework) {
        stop.join();
        listener.stopping();
        boolean drained = framework.drain();
        framework.stop();
        listener.stopped(drained);
        return drained && !failed.get() ? STOPPED : FAILED;
    }

    /** Runs in the shutdown hook: the process ends with our code and not with the signal's. */
    private void stopBySignal(CountDownLatch ended, AtomicInteger code) {
        signalled.set(true);
        stop.complete(null);
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(code.get());
    }

    private void told(String event, String detail) {
        switch (event) {
            case "ready" -> {
                int space = detail.indexOf(' ');
                listener.ready(detail.substring(0, space), detail.substring(space + 1));
            }
            case "failed" -> {
                failed.set(true);
                listener.failed(detail);
                stop.complete(null);
            }
            case "stop" -> stop.complete(null);
            default -> LOG.log(System.Logger.Level.WARNING, "unknown event {0}", event);
        }
    }
}
