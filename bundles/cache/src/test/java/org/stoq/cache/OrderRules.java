package org.stoq.cache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.cache.EvictionOrder;

/** Policies as their papers tell them: lists that are searched from end to end for everything. */
final class OrderRules {
    private OrderRules() {}

    /** An entry; what its fields mean is each rule's affair. */
    static final class Item {
        final Digest key;
        final int weightBytes;
        int uses;
        double priority;

        Item(Digest key, int weightBytes) {
            this.key = key;
            this.weightBytes = weightBytes;
        }
    }

    static Optional<Item> find(List<Item> items, Digest key) {
        return items.stream().filter(item -> item.key.equals(key)).findFirst();
    }

    static long bytes(List<Item> items) {
        return items.stream().mapToLong(item -> item.weightBytes).sum();
    }

    /** First in, first out: hits do not matter. */
    static final class Fifo implements EvictionOrder {
        private final List<Digest> keys = new ArrayList<>();

        static CachePolicy policy() {
            return new CachePolicy() {
                @Override
                public String name() {
                    return "fifo";
                }

                @Override
                public EvictionOrder start(long capacityBytes) {
                    return new Fifo();
                }
            };
        }

        @Override
        public void admitted(Digest key, int weightBytes, long nowNanos) {
            keys.add(key);
        }

        @Override
        public void hit(Digest key, long nowNanos) {}

        @Override
        public void removed(Digest key) {
            keys.remove(key);
        }

        @Override
        public Optional<Digest> victim() {
            return keys.stream().findFirst();
        }

        @Override
        public List<Digest> coldestFirst() {
            return List.copyOf(keys);
        }
    }

    /** SIEVE, algorithm 1 of the paper: the newest entry is the last of the list. */
    static final class Sieve implements EvictionOrder {
        private final List<Item> items = new ArrayList<>();
        private int hand;

        @Override
        public void admitted(Digest key, int weightBytes, long nowNanos) {
            items.add(new Item(key, weightBytes));
        }

        @Override
        public void hit(Digest key, long nowNanos) {
            find(items, key).ifPresent(item -> item.uses = 1);
        }

        @Override
        public void removed(Digest key) {
            find(items, key)
                    .ifPresent(item -> {
                        int at = items.indexOf(item);
                        items.remove(at);
                        if (at < hand) {
                            hand--;
                        } else if (at == hand && hand == items.size()) {
                            hand = 0;
                        }
                    });
        }

        @Override
        public Optional<Digest> victim() {
            if (items.isEmpty()) {
                return Optional.empty();
            }
            while (items.get(hand).uses == 1) {
                items.get(hand).uses = 0;
                hand = (hand + 1) % items.size();
            }
            return Optional.of(items.get(hand).key);
        }

        @Override
        public List<Digest> coldestFirst() {
            return items.stream().map(item -> item.key).toList();
        }
    }

    /** S3-FIFO, algorithm 1 of the paper. */
    static final class S3Fifo implements EvictionOrder {
        private final List<Item> small = new ArrayList<>();
        private final List<Item> main = new ArrayList<>();
        private final List<Item> ghosts = new ArrayList<>();
        private final long mainBytes;

        S3Fifo(long capacityBytes) {
            mainBytes = capacityBytes - capacityBytes / 10;
        }

        @Override
        public void admitted(Digest key, int weightBytes, long nowNanos) {
            boolean ghost = ghosts.removeIf(item -> item.key.equals(key));
            (ghost ? main : small).add(new Item(key, weightBytes));
        }

        @Override
        public void hit(Digest key, long nowNanos) {
            find(small, key)
                    .or(() -> find(main, key))
                    .ifPresent(item -> item.uses = Math.min(3, item.uses + 1));
        }

        @Override
        public void removed(Digest key) {
            small.removeIf(item -> item.key.equals(key));
            main.removeIf(item -> item.key.equals(key));
        }

        /** A victim that leaves as one, and not because somebody removes it. */
        void evicted(Digest key) {
            int entries = small.size() + main.size();
            find(small, key)
                    .ifPresent(item -> {
                        ghosts.add(item);
                        while (bytes(ghosts) > mainBytes || ghosts.size() > entries) {
                            ghosts.removeFirst();
                        }
                    });
            removed(key);
        }

        @Override
        public Optional<Digest> victim() {
            while (!small.isEmpty() && bytes(main) <= mainBytes) {
                Item tail = small.getFirst();
                if (tail.uses <= 1) {
                    return Optional.of(tail.key);
                }
                small.removeFirst();
                main.add(new Item(tail.key, tail.weightBytes));
            }
            while (!main.isEmpty()) {
                Item tail = main.getFirst();
                if (tail.uses == 0) {
                    return Optional.of(tail.key);
                }
                main.removeFirst();
                tail.uses--;
                main.add(tail);
            }
            return Optional.empty();
        }

        @Override
        public List<Digest> coldestFirst() {
            List<Item> all = new ArrayList<>(small);
            all.addAll(main);
            return all.stream().map(item -> item.key).toList();
        }
    }

    /** GDSF, as its report tells it. */
    static final class Gdsf implements EvictionOrder {
        private final List<Item> items = new ArrayList<>();
        private double floor;

        @Override
        public void admitted(Digest key, int weightBytes, long nowNanos) {
            use(new Item(key, weightBytes));
        }

        @Override
        public void hit(Digest key, long nowNanos) {
            find(items, key)
                    .ifPresent(item -> {
                        items.remove(item);
                        use(item);
                    });
        }

        private void use(Item item) {
            item.uses++;
            item.priority = floor + (double) item.uses / item.weightBytes;
            items.add(item);
        }

        @Override
        public void removed(Digest key) {
            items.removeIf(item -> item.key.equals(key));
        }

        void evicted(Digest key) {
            find(items, key).ifPresent(item -> floor = item.priority);
            removed(key);
        }

        @Override
        public Optional<Digest> victim() {
            // The least of a list is the first of equals, which is the oldest.
            return items.stream()
                    .min(Comparator.comparingDouble(item -> item.priority))
                    .map(item -> item.key);
        }

        @Override
        public List<Digest> coldestFirst() {
            return items.stream()
                    .sorted(Comparator.comparingDouble(item -> item.priority))
                    .map(item -> item.key)
                    .toList();
        }
    }
}
