package org.stoq.cache;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/** Evicts the next entry that was not asked for since a hand last came by: SIEVE. */
@Component(service = CachePolicy.class, property = "service.ranking:Integer=30")
public final class SievePolicy implements CachePolicy {
    /** Creates the policy; OSGi does. */
    public SievePolicy() {}

    @Override
    public String name() {
        return "sieve";
    }

    @Override
    public EvictionOrder start(long capacityBytes) {
        return new SieveOrder();
    }
}
