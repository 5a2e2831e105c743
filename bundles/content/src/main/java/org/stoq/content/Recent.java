package org.stoq.content;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map that forgets what was used longest ago. Not thread-safe.
 *
 * @param <K> keys
 * @param <V> values
 */
final class Recent<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;

    private final int limit;

    /**
     * Creates an empty map.
     *
     * @param limit most pairs that are remembered
     */
    Recent(int limit) {
        super(64, 0.75f, true);
        this.limit = limit;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > limit;
    }
}
