package org.stoq.fuzz;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What the node logs as a defect of its own, and what threads die of: bad input must lead to
 * neither. Any thread.
 */
public final class Complaints extends Handler {
    private final AtomicReference<Optional<LogRecord>> first =
            new AtomicReference<>(Optional.empty());

    /**
     * The logger that is listened to; a logger that nobody holds is forgotten with its handlers.
     */
    private final Logger logger = Logger.getLogger("org.stoq");

    /** Begins to listen. */
    public Complaints() {
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            LogRecord record = new LogRecord(Level.SEVERE, thread + " died");
            record.setThrown(failure);
            publish(record);
        });
    }

    @Override
    public void publish(LogRecord record) {
        if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
            first.compareAndSet(Optional.empty(), Optional.of(record));
        }
    }

    /** Fails if there was any complaint since the last time. */
    public void requireNone() {
        first.getAndSet(Optional.empty())
                .ifPresent(record -> {
                    throw new AssertionError(record.getMessage(), record.getThrown());
                });
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
