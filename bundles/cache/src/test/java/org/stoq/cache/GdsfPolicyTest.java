package org.stoq.cache;

import org.stoq.sdk.cache.CachePolicy;
import org.stoq.testkit.CachePolicyContract;

class GdsfPolicyTest extends CachePolicyContract {
    @Override
    protected CachePolicy policy() {
        return new GdsfPolicy();
    }
}
