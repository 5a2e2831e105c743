package org.stoq.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.EvictionOrder;

/** The orders agree with models that are too simple to be wrong, and too slow to be used. */
class OrderModelTest {
    /** One entry of a model. */
    private static final class Item {
        private final Digest key;
        private int count = 1;
        private long since;

        private Item(Digest key, long since) {
            this.key = key;
            this.since = since;
        }
    }

    /** A list that is searched from end to end for everything. */
    private abstract static class Model {
        final List<Item> items = new ArrayList<>();
        long ticks;

        abstract Comparator<Item> coldness();

        abstract void touched(Item item);

        void admitted(Digest key) {
            Item item = new Item(key, ticks++);
            items.add(item);
            afterAccess();
        }

        void hit(Digest key) {
            find(key)
                    .ifPresent(item -> {
                        touched(item);
                        afterAccess();
                    });
        }

        void afterAccess() {}

        void removed(Digest key) {
            items.removeIf(item -> item.key.equals(key));
        }

        Optional<Item> find(Digest key) {
            return items.stream().filter(item -> item.key.equals(key)).findFirst();
        }

        List<Digest> coldestFirst() {
            return items.stream().sorted(coldness()).map(item -> item.key).toList();
        }
    }

    private static final class LruModel extends Model {
        @Override
        Comparator<Item> coldness() {
            return Comparator.comparing(item -> item.since);
        }

        @Override
        void touched(Item item) {
            item.since = ticks++;
        }
    }

    private static final class LfuModel extends Model {
        private int accesses;

        @Override
        Comparator<Item> coldness() {
            return Comparator.comparing((Item item) -> item.count)
                    .thenComparing(item -> item.since);
        }

        @Override
        void touched(Item item) {
            item.count = Math.min(64, item.count + 1);
            item.since = ticks++;
        }

        @Override
        void afterAccess() {
            accesses++;
            if (accesses >= 100 && accesses >= 10 * items.size()) {
                accesses = 0;
                items.sort(coldness());
                for (Item item : items) {
                    item.count /= 2;
                    item.since = ticks++;
                }
            }
        }
    }

    @Test
    void lruAgreesWithItsModel() {
        for (long seed = 0; seed < 50; seed++) {
            agree(new LruOrder(), new LruModel(), seed);
        }
    }

    @Test
    void agedLfuAgreesWithItsModel() {
        for (long seed = 0; seed < 50; seed++) {
            agree(new AgedLfuOrder(), new LfuModel(), seed);
        }
    }

    @Test
    void lruEvictsWhatWasNotAskedForTheLongest() {
        LruOrder order = new LruOrder();
        admit(order, 1, 2, 3);
        order.hit(key(1), 0);
        assertThat(order.coldestFirst()).containsExactly(key(2), key(3), key(1));
    }

    @Test
    void lfuEvictsWhatWasAskedForTheLeast() {
        AgedLfuOrder order = new AgedLfuOrder();
        admit(order, 1, 2, 3);
        order.hit(key(1), 0);
        order.hit(key(1), 0);
        order.hit(key(2), 0);
        assertThat(order.coldestFirst()).containsExactly(key(3), key(2), key(1));
    }

    @Test
    void theStarOfYesterdayLeavesBeforeWhatIsAskedForToday() {
        AgedLfuOrder order = new AgedLfuOrder();
        admit(order, 1, 2, 3);
        for (int hit = 0; hit < 10_000; hit++) {
            order.hit(key(1), 0);
        }
        order.hit(key(2), 0);
        order.hit(key(3), 0);
        assertThat(order.victim()).contains(key(2));
        // Seven halvings of at least a hundred accesses each.
        for (int hit = 0; hit < 350; hit++) {
            order.hit(key(2), 0);
            order.hit(key(3), 0);
        }
        assertThat(order.victim()).contains(key(1));
    }

    private static void agree(EvictionOrder order, Model model, long seed) {
        Random random = new Random(seed);
        int universe = 20 + random.nextInt(200);
        int capacity = 1 + random.nextInt(universe);
        for (int now = 0; now < 3_000; now++) {
            // A square makes small numbers popular.
            Digest key = key((int) (universe * Math.pow(random.nextDouble(), 2)));
            if (random.nextInt(30) == 0) {
                order.removed(key);
                model.removed(key);
            } else if (model.find(key).isPresent()) {
                order.hit(key, now);
                model.hit(key);
            } else {
                if (model.items.size() == capacity) {
                    Digest victim = model.coldestFirst().getFirst();
                    assertThat(order.victim()).contains(victim);
                    order.removed(victim);
                    model.removed(victim);
                }
                order.admitted(key, 1, now);
                model.admitted(key);
            }
            if (now % 100 == 0) {
                assertThat(order.coldestFirst()).isEqualTo(model.coldestFirst());
            }
        }
        assertThat(order.coldestFirst()).isEqualTo(model.coldestFirst());
    }

    private static void admit(EvictionOrder order, int... numbers) {
        for (int number : numbers) {
            order.admitted(key(number), 1, 0);
        }
    }

    private static Digest key(int number) {
        return Digest.of(new byte[] {(byte) (number >> 8), (byte) number});
    }
}
