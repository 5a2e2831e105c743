package org.stoq.cache;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/** Evicts the entry that was not asked for the longest. */
@Component(service = CachePolicy.class, property = "service.ranking:Integer=100")
public final class LruPolicy implements CachePolicy {
    /** Creates the policy; OSGi does. */
    public LruPolicy() {}

    @Override
    public String name() {
        return "lru";
    }

    @Override
    public EvictionOrder start(long capacityBytes) {
        return new LruOrder();
    }
}
