package org.stoq.cache;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.EvictionOrder;

/** Least recently used first. Every operation takes constant time. */
final class LruOrder implements EvictionOrder {
    private final SequencedMap<Digest, Boolean> entries = new LinkedHashMap<>(16, 0.75f, true);

    @Override
    public void admitted(Digest key, int weightBytes, long nowNanos) {
        entries.put(key, true);
    }

    @Override
    public void hit(Digest key, long nowNanos) {
        entries.get(key);
    }

    @Override
    public void removed(Digest key) {
        entries.remove(key);
    }

    @Override
    public Optional<Digest> victim() {
        return entries.isEmpty()
                ? Optional.empty()
                : Optional.of(entries.sequencedKeySet().getFirst());
    }

    @Override
    public List<Digest> coldestFirst() {
        return List.copyOf(entries.keySet());
    }
}
