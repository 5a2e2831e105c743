package org.stoq.client;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.stoq.client.session.OutgoingCall;
import org.stoq.client.session.SessionOptions;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.transport.QuicConnection;

/**
 * The connections of a client to one server. Opens them when they are needed, replaces those that
 * have ended or that the server is leaving (GOAWAY), and closes those that nobody has used for a
 * while. Thread-safe; everything blocks.
 *
 * <p>After failures the pool waits before it connects again, longer each time.
 */
public final class StoqPool implements Calls, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StoqPool.class.getName());

    private static final Backoff CONNECTING =
            new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));
    private static final Backoff RETRYING =
            new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2));

    private final HostPort server;
    private final Dial dial;
    private final SessionOptions session;
    private final PoolOptions options;
    private final Timing timing;
    private final Retries retries;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final Roster<StoqConnection> roster;
    private Optional<CompletableFuture<StoqConnection>> opening = Optional.empty();
    private Optional<StoqException> lastFailure = Optional.empty();
    private boolean sweeping;
    private boolean closed;

    /** Opens connections to a server. */
    @FunctionalInterface
    interface Dial {
        QuicConnection to(HostPort server) throws IOException;
    }

    StoqPool(
            HostPort server,
            Dial dial,
            SessionOptions session,
            PoolOptions options,
            Timing timing) {
        this.server = server;
        this.dial = dial;
        this.session = session;
        this.options = options;
        this.timing = timing;
        this.retries = new Retries(this::connection, options.maxAttempts(), RETRYING, timing);
        this.roster = new Roster<>(options, CONNECTING, StoqConnection::isOpen, StoqPool::streams);
    }

    private static int streams(StoqConnection connection) {
        return connection.session().connection().isOpen()
                ? connection.session().streamsUnderWay()
                : 0;
    }

    /** Returns whose connections these are. */
    public HostPort server() {
        return server;
    }

    /**
     * Returns a connection that takes calls: that with the fewest streams under way. Opens one if
     * there is none, and begins to open another one if all are busy. Ask again rather than keeping
     * it: an idle one is closed.
     *
     * @param patience how long to wait for a connection
     * @throws StoqException what connecting has failed with; UNAVAILABLE if the pool waits after
     *     such a failure for longer than that; DEADLINE_EXCEEDED
     * @throws IllegalStateException if the pool is closed
     */
    public StoqConnection connection(Duration patience) throws StoqException {
        long endNanos = timing.nanoTime().getAsLong() + patience.toNanos();
        while (true) {
            long nowNanos = timing.nanoTime().getAsLong();
            Duration left = Duration.ofNanos(Math.max(0, endNanos - nowNanos));
            Optional<CompletableFuture<StoqConnection>> coming;
            Duration wait;
            lock.lock();
            try {
                if (closed) {
                    throw new IllegalStateException("the pool is closed");
                }
                Roster.Pick<StoqConnection> pick = roster.pick(nowNanos);
                if (pick.open()) {
                    open();
                }
                if (pick.connection().isPresent()) {
                    return pick.connection().get();
                }
                coming = opening;
                wait = Duration.ofNanos(roster.waitNanos(nowNanos));
                if (coming.isEmpty() && wait.compareTo(left) > 0) {
                    throw resting(wait);
                }
            } finally {
                lock.unlock();
            }
            if (coming.isPresent()) {
                return await(coming.get(), left);
            }
            timing.pause().of(wait);
        }
    }

    private StoqException resting(Duration wait) {
        return new StoqException(
                StoqErrorCode.UNAVAILABLE,
                "%s is tried again in %d ms: %s"
                        .formatted(
                                server,
                                wait.toMillis(),
                                lastFailure.map(Throwable::getMessage).orElse("it did not answer")),
                lastFailure.orElse(null));
    }

    private StoqConnection await(CompletableFuture<StoqConnection> coming, Duration patience)
            throws StoqException {
        try {
            return coming.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while connecting", e);
        } catch (TimeoutException e) {
            throw new StoqException(
                    StoqErrorCode.DEADLINE_EXCEEDED,
                    "no connection to %s within %d ms".formatted(server, patience.toMillis()),
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoqException known) {
                throw new StoqException(known.code(), String.valueOf(known.getMessage()), known);
            }
            throw new IllegalStateException("connecting to " + server + " failed", e.getCause());
        }
    }

    /** Begins to open a connection, under the lock. Whoever waits for it may give up meanwhile. */
    private void open() {
        CompletableFuture<StoqConnection> coming = new CompletableFuture<>();
        opening = Optional.of(coming);
        Thread.ofVirtual().name("stoq-pool-" + server).start(() -> open(coming));
    }

    private void open(CompletableFuture<StoqConnection> coming) {
        try {
            StoqConnection connection = StoqConnection.open(dial.to(server), session);
            if (add(connection)) {
                connection
                        .session()
                        .identified()
                        .whenComplete((peer, failure) -> answered(failure));
                coming.complete(connection);
            } else {
                connection.close();
                coming.completeExceptionally(
                        new StoqException(StoqErrorCode.CANCELLED, "the pool is closed"));
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            notOpened(e);
            coming.completeExceptionally(e);
        }
    }

    /** Adds what was opened. Returns false if the pool was closed meanwhile. */
    private boolean add(StoqConnection connection) {
        lock.lock();
        try {
            opening = Optional.empty();
            if (!closed) {
                roster.opened(connection, timing.nanoTime().getAsLong());
                sweepLater();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void notOpened(Throwable failure) {
        lock.lock();
        try {
            opening = Optional.empty();
            roster.notOpened(timing.nanoTime().getAsLong(), timing.random());
            lastFailure = failure instanceof StoqException e ? Optional.of(e) : Optional.empty();
        } finally {
            lock.unlock();
        }
        LOG.log(System.Logger.Level.DEBUG, "no connection to " + server, failure);
    }

    /** The handshake is over, perhaps long after the connection was handed out. */
    private void answered(@Nullable Throwable failure) {
        lock.lock();
        try {
            if (failure == null) {
                roster.answered();
            } else {
                roster.failed(timing.nanoTime().getAsLong(), timing.random());
                lastFailure =
                        failure instanceof StoqException e ? Optional.of(e) : Optional.empty();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Looks after a while whether something is idle, as long as there is anything; locked. */
    private void sweepLater() {
        if (!sweeping) {
            sweeping = true;
            timing.timers().in(options.idleTimeout().dividedBy(2)).execute(this::sweep);
        }
    }

    /** Closes what nobody has used for the idle time. */
    private void sweep() {
        List<StoqConnection> idle;
        lock.lock();
        try {
            sweeping = false;
            idle = roster.sweep(timing.nanoTime().getAsLong());
            if (roster.size() > 0) {
                sweepLater();
            }
        } finally {
            lock.unlock();
        }
        idle.forEach(StoqConnection::close);
    }

    /** Returns the content network as this server serves it; reads are made again as here. */
    public ContentClient content() {
        return new ContentClient(this);
    }

    /**
     * Makes a call that only reads, as {@link StoqConnection#read}. Makes it again, on another
     * connection if need be, while the answer has not begun: when the connection or the server is
     * not there, {@link PoolOptions#maxAttempts} times in all, within the request's deadline.
     */
    @Override
    public Reply read(Request request) throws IOException {
        return retries.read(request, limit(request), (connection, part) -> connection.read(part));
    }

    /**
     * Makes a call without a body. Makes it again only if it has an idempotency key and has surely
     * not been carried out.
     */
    @Override
    public Reply call(Request request) throws IOException {
        return retries.call(request, limit(request), (connection, part) -> connection.call(part));
    }

    /** Begins a call with a body, once. */
    @Override
    public OutgoingCall begin(Request request, int urgency) throws IOException {
        return connection(limit(request)).session().begin(request, urgency);
    }

    private Duration limit(Request request) {
        return request.deadline().isZero() ? session.defaultDeadline() : request.deadline();
    }

    /** Returns how many connections there are, those that are ending included. */
    public int size() {
        lock.lock();
        try {
            return roster.size();
        } finally {
            lock.unlock();
        }
    }

    /** Closes every connection, and whatever is under way on them. */
    @Override
    public void close() {
        List<StoqConnection> all;
        lock.lock();
        try {
            closed = true;
            all = roster.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(StoqConnection::close);
    }
}
