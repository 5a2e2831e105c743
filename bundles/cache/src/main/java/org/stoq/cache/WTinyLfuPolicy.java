package org.stoq.cache;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/** Lets in what was seen more often than what it would replace: W-TinyLFU. */
@Component(service = CachePolicy.class, property = "service.ranking:Integer=10")
public final class WTinyLfuPolicy implements CachePolicy {
    /** Creates the policy; OSGi does. */
    public WTinyLfuPolicy() {}

    @Override
    public String name() {
        return "wtinylfu";
    }

    @Override
    public EvictionOrder start(long capacityBytes) {
        return new WTinyLfuOrder(capacityBytes);
    }
}
