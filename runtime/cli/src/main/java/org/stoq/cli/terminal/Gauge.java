package org.stoq.cli.terminal;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A bar whose total is told along with how much is done. Belongs to one thread. */
public final class Gauge implements AutoCloseable {
    private final Terminal terminal;
    private final String label;
    private @Nullable Progress bar;
    private long total = -1;

    Gauge(Terminal terminal, String label) {
        this.terminal = terminal;
        this.label = label;
    }

    /**
     * Moves the bar.
     *
     * @param done how many bytes are done
     * @param of how many there are; 0 while nobody knows
     */
    public void at(long done, long of) {
        if (bar == null || of != total) {
            if (bar != null) {
                bar.close();
            }
            total = of;
            bar = terminal.bytes(label, of == 0 ? OptionalLong.empty() : OptionalLong.of(of));
        }
        bar.to(done);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
