package org.stoq.cache;

import java.util.List;
import org.stoq.sdk.cache.CachePolicy;

/** The policies of this bundle, for who uses them without a framework. */
public final class BuiltInPolicies {
    private BuiltInPolicies() {}

    /** Returns all of them, each new; their names differ. */
    public static List<CachePolicy> all() {
        return List.of(
                new LruPolicy(),
                new LfuPolicy(),
                new S3FifoPolicy(),
                new SievePolicy(),
                new GdsfPolicy(),
                new WTinyLfuPolicy(),
                new AdaptivePolicy());
    }
}
