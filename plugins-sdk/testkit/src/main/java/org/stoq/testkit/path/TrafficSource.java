package org.stoq.testkit.path;

import java.time.Duration;

/** What an application gives a flow to send. */
public interface TrafficSource {
    /**
     * Returns how many bytes there were to send until now, all together; never less than before.
     *
     * @param nanos time since the flow has started
     */
    long offeredBytes(long nanos);

    /**
     * Returns when there is more; {@link Long#MAX_VALUE} for never.
     *
     * @param nanos time since the flow has started
     */
    long nextNanos(long nanos);

    /** Returns a source that never runs dry. */
    static TrafficSource endless() {
        return new TrafficSource() {
            @Override
            public long offeredBytes(long nanos) {
                return Long.MAX_VALUE / 2;
            }

            @Override
            public long nextNanos(long nanos) {
                return Long.MAX_VALUE;
            }
        };
    }

    /** Returns a source that has so many bytes at the start, and again after each period. */
    static TrafficSource bursts(long bytes, Duration period) {
        long periodNanos = period.toNanos();
        return new TrafficSource() {
            @Override
            public long offeredBytes(long nanos) {
                return (nanos / periodNanos + 1) * bytes;
            }

            @Override
            public long nextNanos(long nanos) {
                return (nanos / periodNanos + 1) * periodNanos;
            }
        };
    }
}
