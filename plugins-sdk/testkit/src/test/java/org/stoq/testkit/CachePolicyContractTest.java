package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/** The contract passes a policy that keeps it, and finds each that does not. */
class CachePolicyContractTest {
    @Test
    void firstInFirstOutKeepsTheContract() {
        ContractRun run = ContractRun.of(Good.class);
        assertThat(run.failed()).isEmpty();
        assertThat(run.passed()).hasSizeGreaterThan(10);
    }

    @Test
    void whoForgetsRemovalsIsFound() {
        assertThat(ContractRun.of(Forgetful.class).failed())
                .contains("victimsAreAlwaysEntriesWhateverHappens", "aVictimStaysUntilItIsRemoved");
    }

    @Test
    void whoSharesStateBetweenCachesIsFound() {
        assertThat(ContractRun.of(Sharing.class).failed()).contains("cachesDoNotShareState");
    }

    @Test
    void whoHandsOverMoreThanACopyIsFound() {
        assertThat(ContractRun.of(Leaking.class).failed())
                .contains("theOrderThatIsHandedOverIsACopy");
    }

    @Test
    void whoDropsTheVictimByItselfIsFound() {
        assertThat(ContractRun.of(Hasty.class).failed()).contains("aVictimStaysUntilItIsRemoved");
    }

    @Test
    void whoAdmitsWhatItIsOnlyAskedAboutIsFound() {
        assertThat(ContractRun.of(Eager.class).failed())
                .contains("askingWhetherAnEntryIsWorthItsPlaceAdmitsNothing");
    }

    /** First in, first out. */
    private static class Fifo implements EvictionOrder {
        final SequencedSet<Digest> queue = new LinkedHashSet<>();

        @Override
        public void admitted(Digest key, int weightBytes, long nowNanos) {
            queue.add(key);
        }

        @Override
        public void hit(Digest key, long nowNanos) {}

        @Override
        public void removed(Digest key) {
            queue.remove(key);
        }

        @Override
        public Optional<Digest> victim() {
            return queue.isEmpty() ? Optional.empty() : Optional.of(queue.getFirst());
        }

        @Override
        public List<Digest> coldestFirst() {
            return new ArrayList<>(queue);
        }
    }

    private record Policy(Supplier<EvictionOrder> orders) implements CachePolicy {
        @Override
        public String name() {
            return "sample";
        }

        @Override
        public EvictionOrder start(long capacityBytes) {
            return orders.get();
        }
    }

    static class Good extends CachePolicyContract {
        @Override
        protected CachePolicy policy() {
            return new Policy(Fifo::new);
        }
    }

    static class Forgetful extends CachePolicyContract {
        @Override
        protected CachePolicy policy() {
            return new Policy(() ->
                    new Fifo() {
                        @Override
                        public void removed(Digest key) {}
                    });
        }
    }

    static class Sharing extends CachePolicyContract {
        private final Fifo only = new Fifo();

        @Override
        protected CachePolicy policy() {
            return new Policy(() -> only);
        }
    }

    static class Leaking extends CachePolicyContract {
        @Override
        protected CachePolicy policy() {
            return new Policy(() ->
                    new Fifo() {
                        private final List<Digest> handedOver = new ArrayList<>();

                        @Override
                        public void admitted(Digest key, int weightBytes, long nowNanos) {
                            super.admitted(key, weightBytes, nowNanos);
                            handedOver.add(key);
                        }

                        @Override
                        public void removed(Digest key) {
                            super.removed(key);
                            handedOver.remove(key);
                        }

                        @Override
                        public List<Digest> coldestFirst() {
                            return handedOver;
                        }
                    });
        }
    }

    static class Hasty extends CachePolicyContract {
        @Override
        protected CachePolicy policy() {
            return new Policy(() ->
                    new Fifo() {
                        @Override
                        public Optional<Digest> victim() {
                            return queue.isEmpty()
                                    ? Optional.empty()
                                    : Optional.of(queue.removeFirst());
                        }
                    });
        }
    }

    static class Eager extends CachePolicyContract {
        @Override
        protected CachePolicy policy() {
            return new Policy(() ->
                    new Fifo() {
                        @Override
                        public boolean worthAdmitting(
                                Digest candidate, int weightBytes, long nowNanos) {
                            return queue.add(candidate);
                        }
                    });
        }
    }
}
