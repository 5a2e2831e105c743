package org.stoq.cache;

import org.stoq.sdk.cache.CachePolicy;
import org.stoq.testkit.CachePolicyContract;

class SievePolicyTest extends CachePolicyContract {
    @Override
    protected CachePolicy policy() {
        return new SievePolicy();
    }
}
