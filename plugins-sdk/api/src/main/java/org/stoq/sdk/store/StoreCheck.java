package org.stoq.sdk.store;

import java.util.List;
import org.stoq.sdk.Digest;

/**
 * What a check of the whole store has found.
 *
 * @param records records read
 * @param bytes bytes read
 * @param damaged chunks that fail authentication, at most 1,000 of them
 * @param complete false if the check was stopped before its end
 */
public record StoreCheck(long records, long bytes, List<Digest> damaged, boolean complete) {
    /** Copies the list. */
    public StoreCheck {
        damaged = List.copyOf(damaged);
    }
}
