package org.stoq.plugins;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * The one thread on which plug-ins start and stop: stopping waits for calls in flight, and no
 * thread of the framework or of a request may be made to wait for that.
 *
 * <p>It looks at the folder when something happens there, and now and then; in between it does what
 * callers ask for. Thread-safe.
 */
final class FolderWorker {
    private static final System.Logger LOG = System.getLogger(FolderWorker.class.getName());

    /** More requests than this at a time are refused. */
    private static final int MAX_WAITING = 64;

    private static final Duration INTERRUPTED_LIMIT = Duration.ofSeconds(5);

    private final PluginFolder folder;
    private final Duration rescan;
    private final BlockingQueue<Runnable> jobs = new LinkedBlockingQueue<>(MAX_WAITING);
    private final AtomicBoolean lookWanted = new AtomicBoolean();
    private final FolderEvents events;
    private final Thread thread;

    /** Set once, by whoever closes; read by the worker. */
    private volatile boolean closing;

    /** Whether plug-ins go with the worker; set before closing is. */
    private volatile boolean retireAll;

    /** Something to do on the worker. */
    @FunctionalInterface
    interface Task<T> {
        T run() throws IOException, InterruptedException;
    }

    /**
     * Starts the worker.
     *
     * @param rescan how often to look at the folder when nothing is heard of it
     */
    FolderWorker(PluginFolder folder, Path path, Duration rescan) {
        this.folder = folder;
        this.rescan = rescan;
        this.events = new FolderEvents(path, this::requestLook);
        this.thread = Thread.ofPlatform().daemon().name("stoq-plugins").unstarted(this::work);
        thread.start();
    }

    /**
     * Does something on the worker and waits for it.
     *
     * @param limit how long to wait; after that it may still happen
     * @throws StoqException what the task throws, RATE_LIMITED, UNAVAILABLE, DEADLINE_EXCEEDED or
     *     CANCELLED
     */
    <T> T call(Task<T> task, Duration limit) throws IOException {
        FutureTask<T> job = new FutureTask<>(task::run);
        if (closing) {
            throw stopping();
        }
        if (!jobs.offer(job)) {
            throw new StoqException(
                    StoqErrorCode.RATE_LIMITED,
                    MAX_WAITING + " changes of plug-ins are waiting already");
        }
        if (closing) {
            job.cancel(false);
        }
        try {
            return job.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoqException refusal) {
                throw new StoqException(
                        refusal.code(), String.valueOf(refusal.getMessage()), refusal);
            }
            throw new IOException("changing plug-ins failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            job.cancel(false);
            throw new StoqException(
                    StoqErrorCode.DEADLINE_EXCEEDED,
                    "not done within %d ms; the list of plug-ins tells what became of it"
                            .formatted(limit.toMillis()),
                    e);
        } catch (InterruptedException e) {
            job.cancel(false);
            Thread.currentThread().interrupt();
            throw new StoqException(
                    StoqErrorCode.CANCELLED,
                    "interrupted; the list of plug-ins tells what became of it",
                    e);
        } catch (CancellationException e) {
            throw stopping();
        }
    }

    /** Does something on the worker, whenever it gets there. */
    void post(Task<?> task) {
        try {
            jobs.put(() -> runSafely(task));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends the worker after what it is doing.
     *
     * @param retireAll whether the plug-ins are stopped and removed before
     * @param patience how long to wait before it is interrupted
     */
    void close(boolean retireAll, Duration patience) {
        this.retireAll = retireAll;
        closing = true;
        requestLook();
        boolean interrupted = false;
        try {
            if (!thread.join(patience)) {
                thread.interrupt();
                if (!thread.join(INTERRUPTED_LIMIT)) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "a plug-in keeps the thread {0} busy that should have ended",
                            thread.getName());
                }
            }
        } catch (InterruptedException e) {
            interrupted = true;
            thread.interrupt();
        }
        for (Runnable job = jobs.poll(); job != null; job = jobs.poll()) {
            if (job instanceof FutureTask<?> waiting) {
                waiting.cancel(false);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the worker's thread. */
    Thread thread() {
        return thread;
    }

    private void requestLook() {
        if (lookWanted.compareAndSet(false, true) && !jobs.offer(this::look)) {
            // A full queue keeps the worker awake; it looks when it has nothing else to do.
            lookWanted.set(false);
        }
    }

    private void look() {
        lookWanted.set(false);
        events.renew();
        runSafely(() -> {
            folder.look();
            return true;
        });
    }

    private void work() {
        try (FolderEvents closed = events) {
            runSafely(() -> {
                folder.begin();
                return true;
            });
            closed.renew();
            look();
            finish();
            while (!closing) {
                next();
            }
            if (retireAll) {
                folder.retireAll();
            }
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.DEBUG, "interrupted while closing");
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot end watching", e);
        }
    }

    private void finish() {
        runSafely(() -> {
            folder.finish();
            return true;
        });
    }

    private void next() {
        long wait = Math.min(folder.nextLook().orElse(Long.MAX_VALUE), rescan.toNanos());
        try {
            Runnable job = jobs.poll(wait, TimeUnit.NANOSECONDS);
            if (job == null) {
                look();
            } else if (!closing) {
                job.run();
            }
            if (!closing) {
                finish();
            }
        } catch (InterruptedException e) {
            // Only closing ends the worker: a plug-in may leave an interrupt behind.
            LOG.log(System.Logger.Level.DEBUG, "interrupted");
        }
    }

    /** The outer edge of what the worker does by itself. */
    private void runSafely(Task<?> task) {
        try {
            task.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | Error e) {
            if (!closing) {
                LOG.log(System.Logger.Level.ERROR, "plug-ins are not up to date", e);
            }
        }
    }

    private static StoqException stopping() {
        return new StoqException(StoqErrorCode.UNAVAILABLE, "the node is stopping");
    }
}
