package org.stoq.client.pattern;

import java.nio.ByteBuffer;

/** A stream of the pattern as it is sent. Belongs to one thread. */
public final class PatternSource {
    private final Pattern pattern;
    private final long stream;
    private long position;

    /** Begins a stream. */
    public PatternSource(Pattern pattern, long stream) {
        this.pattern = pattern;
        this.stream = stream;
    }

    /**
     * Returns the next bytes.
     *
     * @param maxBytes the most, at least 1
     * @return at least one byte; a view that stays valid, of bytes that must not be changed
     */
    public ByteBuffer next(int maxBytes) {
        ByteBuffer bytes = pattern.at(stream, position, maxBytes);
        position += bytes.remaining();
        return bytes;
    }
}
