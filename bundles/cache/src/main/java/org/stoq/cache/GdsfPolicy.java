package org.stoq.cache;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/** Evicts what has the fewest uses for its size: GreedyDual-Size with frequency. */
@Component(service = CachePolicy.class, property = "service.ranking:Integer=20")
public final class GdsfPolicy implements CachePolicy {
    /** Creates the policy; OSGi does. */
    public GdsfPolicy() {}

    @Override
    public String name() {
        return "gdsf";
    }

    @Override
    public EvictionOrder start(long capacityBytes) {
        return new GdsfOrder();
    }
}
