package org.stoq.cache;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.EvictionOrder;

/** Keys with numbers, and an order to make others from. */
final class TestPolicies {
    private TestPolicies() {}

    /** Returns a key that {@link #number} reads. */
    static Digest key(int number) {
        return Digest.copyOf(ByteBuffer.allocate(Digest.BYTES).putInt(28, number).array());
    }

    static int number(Digest key) {
        return ByteBuffer.wrap(key.toBytes()).getInt(28);
    }

    /** Does what another order does. */
    static class Forwarding implements EvictionOrder {
        private final EvictionOrder order;

        Forwarding(EvictionOrder order) {
            this.order = order;
        }

        @Override
        public void admitted(Digest key, int weightBytes, long nowNanos) {
            order.admitted(key, weightBytes, nowNanos);
        }

        @Override
        public void hit(Digest key, long nowNanos) {
            order.hit(key, nowNanos);
        }

        @Override
        public void removed(Digest key) {
            order.removed(key);
        }

        @Override
        public Optional<Digest> victim() {
            return order.victim();
        }

        @Override
        public boolean worthAdmitting(Digest candidate, int weightBytes, long nowNanos) {
            return order.worthAdmitting(candidate, weightBytes, nowNanos);
        }

        @Override
        public List<Digest> coldestFirst() {
            return order.coldestFirst();
        }
    }
}
