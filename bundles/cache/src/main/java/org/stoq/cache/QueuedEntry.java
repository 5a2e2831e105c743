package org.stoq.cache;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;

/** What an order knows of one entry, with its neighbours in the queue that it stands in. */
final class QueuedEntry {
    private final @Nullable Digest key;
    private final int weightBytes;

    /** How often it was asked for, as far as the order counts. */
    int uses;

    /** The queue that it stands in. */
    @Nullable EntryQueue queue;

    QueuedEntry older = this;
    QueuedEntry newer = this;

    QueuedEntry(Digest key, int weightBytes) {
        this.key = key;
        this.weightBytes = weightBytes;
    }

    /** The two ends of a queue, which make a ring of it. */
    QueuedEntry() {
        this.key = null;
        this.weightBytes = 0;
    }

    Digest key() {
        return Objects.requireNonNull(key, "the ends of a queue have no key");
    }

    int weightBytes() {
        return weightBytes;
    }

    boolean isEnd() {
        return key == null;
    }

    /** Counts a use, up to a highest number. */
    void use(int most) {
        uses = Math.min(most, uses + 1);
    }
}
