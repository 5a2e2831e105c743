package org.stoq.cache;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/** Evicts the entry that was asked for the least often lately. */
@Component(service = CachePolicy.class, property = "service.ranking:Integer=50")
public final class LfuPolicy implements CachePolicy {
    /** Creates the policy; OSGi does. */
    public LfuPolicy() {}

    @Override
    public String name() {
        return "lfu";
    }

    @Override
    public EvictionOrder start(long capacityBytes) {
        return new AgedLfuOrder();
    }
}
