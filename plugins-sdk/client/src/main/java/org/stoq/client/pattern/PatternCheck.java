package org.stoq.client.pattern;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream of the pattern as it is received: compares every byte with the one that belongs there.
 * Belongs to one thread.
 */
public final class PatternCheck {
    private final Pattern pattern;
    private final long stream;
    private long position;
    private @Nullable String mismatch;

    /** Begins a stream. */
    public PatternCheck(Pattern pattern, long stream) {
        this.pattern = pattern;
        this.stream = stream;
    }

    /**
     * Compares the remaining bytes, which are consumed. After a byte that is wrong nothing is
     * compared any more.
     *
     * @return how many bytes are right, from the first one on
     */
    public int accept(ByteBuffer bytes) {
        int start = bytes.position();
        while (bytes.hasRemaining() && mismatch == null) {
            ByteBuffer expected = pattern.at(stream, position, bytes.remaining());
            int length = expected.remaining();
            int limit = bytes.limit();
            bytes.limit(bytes.position() + length);
            int same = bytes.mismatch(expected);
            bytes.limit(limit);
            int right = same < 0 ? length : same;
            position += right;
            bytes.position(bytes.position() + right);
            if (same >= 0) {
                mismatch =
                        "byte %,d of stream %d is %02X where %02X belongs"
                                .formatted(
                                        position,
                                        stream,
                                        bytes.get(bytes.position()),
                                        expected.get(same));
            }
        }
        int right = bytes.position() - start;
        bytes.position(bytes.limit());
        return right;
    }

    /** Returns how many bytes were right. */
    public long verified() {
        return position;
    }

    /** Returns what is wrong with the first byte that is, if one was. */
    public Optional<String> mismatch() {
        return Optional.ofNullable(mismatch);
    }
}
