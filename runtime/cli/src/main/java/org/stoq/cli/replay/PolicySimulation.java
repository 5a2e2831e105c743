package org.stoq.cli.replay;

import org.stoq.cache.ShadowCache;
import org.stoq.sdk.cache.CachePolicy;

/** A cache that does what a policy says, told as a node tells it. */
final class PolicySimulation implements Replay.Simulation {
    private final Trace trace;
    private final ShadowCache cache;
    private final boolean inObjects;

    PolicySimulation(Trace trace, CachePolicy policy, long capacity, boolean inObjects) {
        this.trace = trace;
        this.cache = new ShadowCache(policy, capacity);
        this.inObjects = inObjects;
    }

    @Override
    public boolean request(long request, int object) {
        return cache.request(
                trace.key(object), Replay.weight(trace, object, inObjects), trace.nanos(request));
    }
}
