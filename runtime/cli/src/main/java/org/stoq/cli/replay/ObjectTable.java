package org.stoq.cli.replay;

import java.util.Arrays;

/**
 * The objects of a trace, numbered as they come, with the size that each had at first. 20 to 40
 * bytes of memory for an object. Belongs to one thread while it grows.
 */
final class ObjectTable {
    private static final int LEAST_SLOTS = 1 << 12;
    private static final int MOST_OBJECTS = 1 << 29;
    private static final double FULL = 0.6;

    /** The number of an object plus one, where its id hashes to; 0 where there is none. */
    private int[] slots = new int[LEAST_SLOTS];

    private long[] ids = new long[LEAST_SLOTS];
    private long[] sizes = new long[LEAST_SLOTS];
    private int count;

    /** Returns the number of an object, which is new if it was not seen yet. */
    int number(long id, long size) {
        int slot = find(id);
        if (slots[slot] > 0) {
            return slots[slot] - 1;
        }
        if (count >= MOST_OBJECTS) {
            throw new IllegalStateException("more than %,d objects".formatted(MOST_OBJECTS));
        }
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
            sizes = Arrays.copyOf(sizes, 2 * count);
        }
        ids[count] = id;
        sizes[count] = size;
        count++;
        slots[slot] = count;
        if (count > FULL * slots.length) {
            slots = new int[2 * slots.length];
            for (int i = 0; i < count; i++) {
                slots[find(ids[i])] = i + 1;
            }
        }
        return count - 1;
    }

    private int find(long id) {
        long mixed = id * 0x9E37_79B9_7F4A_7C15L;
        int slot = (int) (mixed ^ mixed >>> 32) & (slots.length - 1);
        while (slots[slot] > 0 && ids[slots[slot] - 1] != id) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }

    int count() {
        return count;
    }

    long id(int number) {
        return ids[number];
    }

    long size(int number) {
        return sizes[number];
    }
}
