package org.stoq.yield;

import java.nio.ByteBuffer;
import org.stoq.testkit.SeededBytes;

/**
 * Bytes without an end, of which each end of a transfer knows which must come where. They repeat
 * only after a prime number of bytes, so that a part which is missing or comes twice shows.
 */
final class Content {
    private static final int PERIOD = 1_000_003;

    private final byte[] pattern;

    Content(long seed) {
        pattern = SeededBytes.random(seed, PERIOD);
    }

    /** Returns bytes from a position on: as many as are wanted, or less. */
    ByteBuffer at(long position, int wanted) {
        int from = (int) (position % PERIOD);
        return ByteBuffer.wrap(pattern, from, Math.min(wanted, PERIOD - from)).slice();
    }

    /** Returns whether these bytes are those of that position. */
    boolean matches(long position, ByteBuffer bytes) {
        ByteBuffer rest = bytes.duplicate();
        long from = position;
        while (rest.hasRemaining()) {
            ByteBuffer expected = at(from, rest.remaining());
            int length = expected.remaining();
            if (!rest.slice(rest.position(), length).equals(expected)) {
                return false;
            }
            rest.position(rest.position() + length);
            from += length;
        }
        return true;
    }
}
