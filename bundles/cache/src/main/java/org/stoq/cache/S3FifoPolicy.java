package org.stoq.cache;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/** Evicts what was asked for once before what was asked for again: S3-FIFO. */
@Component(service = CachePolicy.class, property = "service.ranking:Integer=40")
public final class S3FifoPolicy implements CachePolicy {
    /** Creates the policy; OSGi does. */
    public S3FifoPolicy() {}

    @Override
    public String name() {
        return "s3fifo";
    }

    @Override
    public EvictionOrder start(long capacityBytes) {
        return new S3FifoOrder(capacityBytes);
    }
}
