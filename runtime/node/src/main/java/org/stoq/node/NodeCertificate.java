package org.stoq.node;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.stoq.sdk.transport.Credentials;
import org.stoq.trust.Certified;
import org.stoq.trust.Renewal;

/**
 * The certificate that a node shows now. It is read again when two thirds of its life are used up,
 * or when somebody says that it has changed; whoever wants to know is told of another one. If
 * reading fails, the one before stays.
 *
 * <p>Holds no thread: {@link #check} is called from outside. Thread-safe; listeners are called one
 * at a time, by whoever has called.
 */
final class NodeCertificate {
    private static final System.Logger LOG = System.getLogger(NodeCertificate.class.getName());

    private final Source source;
    private final InstantSource clock;
    private final Certified first;
    private final List<Consumer<Credentials>> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();

    /** Written under the lock, read without it. */
    private volatile Credentials current;

    /** What was logged last, so that it is not said every minute; guarded by the lock. */
    private String complaint = "";

    /** Where certificates come from; may issue one. */
    @FunctionalInterface
    interface Source {
        Certified read() throws IOException;
    }

    /** Reads the first certificate. */
    NodeCertificate(Source source, InstantSource clock) throws IOException {
        this.source = source;
        this.clock = clock;
        this.first = source.read();
        this.current = credentials(first);
    }

    /** Returns what was read first. */
    Certified first() {
        return first;
    }

    /** Returns what is to be shown, and who is to be trusted. */
    Credentials credentials() {
        return current;
    }

    /**
     * Calls the listener whenever there is another certificate, and now if it is another one than
     * the listener knows.
     */
    NodeConfiguration.Subscription follow(Credentials known, Consumer<Credentials> listener) {
        lock.lock();
        try {
            listeners.add(listener);
            if (!current.equals(known)) {
                listener.accept(current);
            }
        } finally {
            lock.unlock();
        }
        return () -> listeners.remove(listener);
    }

    /** Renews the certificate if it is time. */
    void check() {
        if (!Renewal.isDue(current.chain().getFirst(), clock.instant())) {
            return;
        }
        lock.lock();
        try {
            X509Certificate leaf = current.chain().getFirst();
            if (Renewal.isDue(leaf, clock.instant())
                    && reread()
                    && leaf.equals(current.chain().getFirst())) {
                complain(
                        "the certificate ends at %s and nothing here renews it; %s"
                                .formatted(
                                        leaf.getNotAfter().toInstant(),
                                        Renewal.command(first.identity().id(), leaf)));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Reads the certificate again, for it may be another one. */
    void changed() {
        lock.lock();
        try {
            reread();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether it could be read. */
    private boolean reread() {
        Credentials read;
        try {
            Certified certified = source.read();
            if (!certified.identity().id().equals(first.identity().id())) {
                complain("the identity key is another one; it counts after a restart");
                return false;
            }
            read = credentials(certified);
        } catch (IOException | RuntimeException e) {
            // A file that no parser expects must not end the thread that renews.
            complain("the certificate stays as it is: " + e.getMessage());
            return false;
        }
        if (!read.equals(current)) {
            complaint = "";
            current = read;
            LOG.log(
                    System.Logger.Level.INFO,
                    "another certificate is shown, until {0}",
                    read.chain().getFirst().getNotAfter().toInstant());
            listeners.forEach(listener -> listener.accept(read));
        }
        return true;
    }

    private void complain(String what) {
        if (!what.equals(complaint)) {
            complaint = what;
            LOG.log(System.Logger.Level.WARNING, what);
        }
    }

    /** Who is let in without a certificate is decided per connection, for that setting is live. */
    private static Credentials credentials(Certified certified) {
        return new Credentials(
                certified.chain(), Optional.of(certified.key()), certified.authorities(), true);
    }
}
