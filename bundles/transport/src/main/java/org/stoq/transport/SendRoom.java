package org.stoq.transport;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much of what is written the streams of one connection may hold until the engine takes it. The
 * more streams there are, the less each may hold: a peer that opens many and reads none costs no
 * more than {@value #CONNECTION_BYTES} bytes, and a stream that is not read never stops another.
 *
 * <p>Thread-safe.
 */
final class SendRoom {
    static final int CONNECTION_BYTES = 16 << 20;

    /** What one stream may hold at most, and all that it needs for the fastest paths. */
    static final int MOST_BYTES = 1 << 20;

    /** Some packets at least, whatever the number of streams. */
    static final int LEAST_BYTES = 16 << 10;

    private final AtomicInteger streams = new AtomicInteger();

    /** A stream has begun. */
    void opened() {
        streams.incrementAndGet();
    }

    /** A stream is gone. */
    void closed() {
        streams.decrementAndGet();
    }

    /** Returns how many bytes each stream may hold now. */
    int perStream() {
        return Math.clamp(CONNECTION_BYTES / Math.max(1, streams.get()), LEAST_BYTES, MOST_BYTES);
    }
}
