package org.stoq.cache;

import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/** Does what whichever of the other policies of this bundle misses least would do. */
@Component(service = CachePolicy.class, property = "service.ranking:Integer=110")
public final class AdaptivePolicy implements CachePolicy {
    /** Begins where nothing is known: it knows loops and scans, and comes near to LRU elsewhere. */
    private final CachePolicy first = new WTinyLfuPolicy();

    private final List<CachePolicy> experts =
            List.of(
                    first,
                    new LruPolicy(),
                    new LfuPolicy(),
                    new S3FifoPolicy(),
                    new SievePolicy(),
                    new GdsfPolicy());

    /** Creates the policy; OSGi does. */
    public AdaptivePolicy() {}

    @Override
    public String name() {
        return "adaptive";
    }

    @Override
    public EvictionOrder start(long capacityBytes) {
        return new AdaptiveOrder(experts, experts.indexOf(first), capacityBytes);
    }
}
