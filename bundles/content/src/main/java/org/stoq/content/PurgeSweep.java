package org.stoq.content;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.store.NameBinding;

/**
 * Unbinds in the background what purges have voided, and forgets purges whose time is over.
 *
 * <p>Nothing depends on its being quick: what is void is not served, bound or not. A purge is
 * forgotten after a walk through all names that began when it held. Any thread; one thread of its
 * own while there is work.
 */
final class PurgeSweep {
    private static final System.Logger LOG = System.getLogger(PurgeSweep.class.getName());
    private static final int PAGE = 1_000;

    /** More waiting ranges than these become one walk through everything. */
    private static final int MAX_RANGES = 64;

    private static final String ALL = "";

    private final Catalog catalog;
    private final PurgeLedger ledger;
    private final TaskGroup tasks;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private final Set<String> waiting = new HashSet<>();
    private boolean running;

    PurgeSweep(Catalog catalog, PurgeLedger ledger, TaskGroup tasks) {
        this.catalog = catalog;
        this.ledger = ledger;
        this.tasks = tasks;
    }

    /** A purge holds: unbinds one name at once, many in the background. */
    void begin(Purge purge) throws StoqException {
        if (ledger.purges().size() > PurgeLedger.MAX_PURGES) {
            begin(ALL);
        }
        if (purge.soft()) {
            return;
        }
        switch (purge.selector().kind()) {
            case NAME -> {
                String name = purge.selector().value();
                Optional<NameBinding> bound =
                        catalog.bound(name).map(digest -> new NameBinding(name, digest));
                if (bound.isPresent()) {
                    catalog.unbindVoid(bound.get());
                }
            }
            case PREFIX -> begin(purge.selector().value());
            case TAG, ORIGIN -> begin(ALL);
        }
    }

    /** Walks through all names: the node has started, and what was begun before may not be done. */
    void beginAll() {
        begin(ALL);
    }

    private void begin(String prefix) {
        lock.lock();
        try {
            waiting.add(waiting.size() < MAX_RANGES ? prefix : ALL);
            if (running) {
                return;
            }
            running = true;
        } finally {
            lock.unlock();
        }
        if (!tasks.tryStart("stoq-purge-sweep", this::run)) {
            stop();
        }
    }

    private void stop() {
        lock.lock();
        try {
            running = false;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        Set<String> ranges = next();
        while (!ranges.isEmpty() && !Thread.currentThread().isInterrupted()) {
            try {
                if (ranges.contains(ALL)) {
                    sweepAll();
                } else {
                    for (String prefix : ranges) {
                        sweep(prefix);
                    }
                }
            } catch (StoqException e) {
                LOG.log(
                        e.code() == StoqErrorCode.UNAVAILABLE
                                ? System.Logger.Level.DEBUG // no store yet; it begins anew then
                                : System.Logger.Level.WARNING,
                        "what was purged is not served, but stays on the disk: {0}",
                        e.getMessage());
            }
            ranges = next();
        }
    }

    /** Takes what waits; with nothing left the worker has left when this returns. */
    private Set<String> next() {
        lock.lock();
        try {
            Set<String> ranges = Set.copyOf(waiting);
            waiting.clear();
            running = !ranges.isEmpty() && !Thread.currentThread().isInterrupted();
            return ranges;
        } finally {
            lock.unlock();
        }
    }

    private void sweepAll() throws StoqException {
        if (ledger.purges().size() == 0) {
            return;
        }
        List<PurgeSet.Entry> outlived = ledger.outlived();
        boolean complete = sweep(ALL);
        if (complete && !outlived.isEmpty()) {
            ledger.forget(outlived);
        }
    }

    /** Returns whether every name was judged: a manifest that is damaged cannot be. */
    private boolean sweep(String prefix) throws StoqException {
        boolean complete = true;
        String after = "";
        List<NameBinding> page;
        do {
            page = catalog.list(prefix, after, PAGE);
            for (NameBinding binding : page) {
                after = binding.name();
                complete &= catalog.unbindVoid(binding);
            }
            if (Thread.currentThread().isInterrupted()) {
                return false;
            }
        } while (page.size() == PAGE);
        return complete;
    }
}
