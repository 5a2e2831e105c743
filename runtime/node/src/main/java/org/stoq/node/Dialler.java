package org.stoq.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.client.Ipv6Name;
import org.stoq.client.session.Session;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.HostPort;

/**
 * Keeps a connection to each of the configured nodes: one virtual thread for each, which dials
 * again when the connection ends, after a pause that doubles up to {@value #LONGEST_PAUSE_MILLIS}
 * ms.
 */
final class Dialler implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Dialler.class.getName());
    private static final long SHORTEST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(10);

    private final Dial dial;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private final Map<HostPort, Line> lines = new HashMap<>();

    /** Opens a session to an address. */
    @FunctionalInterface
    interface Dial {
        /**
         * Dials.
         *
         * @param name what the certificate of the one who answers must carry
         */
        Session to(InetSocketAddress address, String name, Duration limit) throws IOException;
    }

    Dialler(Dial dial) {
        this.dial = dial;
    }

    /** Dials these nodes from now on, and lets go of all others. */
    void follow(List<HostPort> targets) {
        Set<Line> ended = new HashSet<>();
        lock.lock();
        try {
            lines.entrySet()
                    .removeIf(
                            line -> !targets.contains(line.getKey()) && ended.add(line.getValue()));
            targets.forEach(target -> lines.computeIfAbsent(target, Line::new));
        } finally {
            lock.unlock();
        }
        ended.forEach(Line::close);
    }

    @Override
    public void close() {
        follow(List.of());
    }

    /** The line to one node. */
    private final class Line {
        private final HostPort target;
        private final CountDownLatch closing = new CountDownLatch(1);
        private final Thread thread;

        Line(HostPort target) {
            this.target = target;
            this.thread = Thread.ofVirtual().name("stoq-dial-" + target).start(this::run);
        }

        private void run() {
            long pauseMillis = SHORTEST_PAUSE_MILLIS;
            String told = "";
            try {
                do {
                    try {
                        hold(connect());
                        pauseMillis = SHORTEST_PAUSE_MILLIS;
                        told = "";
                    } catch (IOException e) {
                        if (e instanceof StoqException known
                                && known.code() == StoqErrorCode.CONFLICT) {
                            LOG.log(
                                    System.Logger.Level.INFO,
                                    "{0} is this node itself and is not dialled",
                                    target);
                            return;
                        }
                        // The same reason again and again is one line in the log.
                        if (!told.equals(String.valueOf(e.getMessage()))) {
                            told = String.valueOf(e.getMessage());
                            LOG.log(
                                    System.Logger.Level.WARNING,
                                    "{0} cannot be reached: {1}",
                                    target,
                                    told);
                        }
                        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
                    }
                } while (!closing.await(pauseMillis, TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                // Closed while it was dialling.
                Thread.currentThread().interrupt();
            }
        }

        private Session connect() throws IOException {
            StoqException last = null;
            for (InetSocketAddress address : Ipv6Name.resolve(target)) {
                try {
                    return dial.to(address, target.host(), HANDSHAKE_LIMIT);
                } catch (StoqException e) {
                    last = e;
                }
            }
            throw last != null
                    ? last
                    : new StoqException(StoqErrorCode.NOT_FOUND, "no address of " + target);
        }

        private void hold(Session session) throws InterruptedException {
            CountDownLatch ended = new CountDownLatch(1);
            session.closed().thenRun(ended::countDown);
            try {
                ended.await();
            } catch (InterruptedException e) {
                session.close();
                throw e;
            }
        }

        void close() {
            closing.countDown();
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
