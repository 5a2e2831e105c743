package org.stoq.cli.terminal;

import java.io.PrintStream;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A bar with rate and time left, redrawn in its line. Thread-safe: whoever moves it forward draws
 * it, at most ten times a second. Closing wipes it away.
 *
 * <p>Where nobody looks it counts and draws nothing.
 */
public final class Progress implements AutoCloseable {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int BAR_CELLS = 24;
    private static final int WIDTH = 79;

    private final String label;
    private final PrintStream screen;
    private final boolean visible;
    private final boolean inBytes;
    private final LongSupplier nanoClock;
    private final ProgressMeter meter;
    private final ReentrantLock lock = new ReentrantLock();
    private long drawnNanos;
    private boolean drawn;

    Progress(
            String label,
            OptionalLong total,
            boolean inBytes,
            PrintStream screen,
            boolean visible,
            LongSupplier nanoClock) {
        this.label = label;
        this.screen = screen;
        this.visible = visible;
        this.inBytes = inBytes;
        this.nanoClock = nanoClock;
        this.meter = new ProgressMeter(total, nanoClock.getAsLong());
        this.drawnNanos = nanoClock.getAsLong() - REDRAW_NANOS;
    }

    /** Moves the bar forward. */
    public void add(long amount) {
        lock.lock();
        try {
            long now = nanoClock.getAsLong();
            meter.add(amount, now);
            if (visible && now - drawnNanos >= REDRAW_NANOS) {
                draw(line());
                drawnNanos = now;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Moves the bar to a place that is told as a whole; it never goes back. */
    public void to(long done) {
        lock.lock();
        try {
            add(Math.max(0, done - meter.done()));
        } finally {
            lock.unlock();
        }
    }

    /** Wipes the bar away, so that other text can stand in its line. */
    public void wipe() {
        lock.lock();
        try {
            if (drawn) {
                screen.print("\r" + " ".repeat(WIDTH) + "\r");
                screen.flush();
                drawn = false;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        wipe();
    }

    private void draw(String text) {
        String cut = text.length() > WIDTH ? text.substring(0, WIDTH) : text;
        screen.print("\r" + cut + " ".repeat(WIDTH - cut.length()));
        screen.flush();
        drawn = true;
    }

    private String line() {
        StringBuilder line = new StringBuilder("%-10s ".formatted(label));
        meter.share()
                .ifPresent(share -> {
                    int full = (int) Math.floor(share * BAR_CELLS);
                    line.append('[')
                            .append("#".repeat(full))
                            .append(".".repeat(BAR_CELLS - full))
                            .append("] %3d %%  ".formatted((int) Math.floor(share * 100)));
                });
        line.append(amount(meter.done())).append("  ").append(rate());
        meter.remaining().ifPresent(time -> line.append("  ").append(Amounts.duration(time)));
        return line.toString();
    }

    private String amount(long done) {
        return inBytes ? Amounts.bytes(done) : "%,d".formatted(done);
    }

    private String rate() {
        return inBytes ? Amounts.rate(meter.rate()) : "%,d/s".formatted(Math.round(meter.rate()));
    }
}
