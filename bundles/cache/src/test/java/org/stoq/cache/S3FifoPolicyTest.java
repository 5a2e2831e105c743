package org.stoq.cache;

import org.stoq.sdk.cache.CachePolicy;
import org.stoq.testkit.CachePolicyContract;

class S3FifoPolicyTest extends CachePolicyContract {
    @Override
    protected CachePolicy policy() {
        return new S3FifoPolicy();
    }
}
