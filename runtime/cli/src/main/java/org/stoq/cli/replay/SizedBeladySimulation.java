package org.stoq.cli.replay;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Evicts what takes the most room for the longest time until it is asked for: the largest product
 * of size and distance among {@value #SAMPLE} of the cached objects, drawn with a fixed seed. A
 * greedy rule, and no lower bound: what misses least with unequal sizes cannot be computed in
 * reasonable time. 12 bytes of memory for each object of the trace.
 */
final class SizedBeladySimulation implements Replay.Simulation {
    private static final int SAMPLE = 128;
    private static final int ABSENT = -1;

    private final Trace trace;
    private final long capacity;
    private final boolean inObjects;
    private final SplittableRandom random = new SplittableRandom(1);
    private final int[] cached;
    private final int[] places;
    private final int[] nextUses;
    private int count;
    private long used;

    SizedBeladySimulation(Trace trace, long capacity, boolean inObjects) {
        this.trace = trace;
        this.capacity = capacity;
        this.inObjects = inObjects;
        this.cached = new int[trace.objects()];
        this.places = new int[trace.objects()];
        this.nextUses = new int[trace.objects()];
        Arrays.fill(places, ABSENT);
    }

    @Override
    public boolean request(long request, int object) {
        boolean there = places[object] != ABSENT;
        nextUses[object] = trace.nextUse(request);
        if (there) {
            return true;
        }
        int weight = Replay.weight(trace, object, inObjects);
        if (weight <= capacity) {
            while (used + weight > capacity) {
                evict(request);
            }
            used += weight;
            places[object] = count;
            cached[count++] = object;
        }
        return false;
    }

    private void evict(long request) {
        int victim = cached[0];
        double most = -1;
        int looks = Math.min(SAMPLE, count);
        for (int i = 0; i < looks; i++) {
            // All of them where they are few.
            int one = cached[count <= SAMPLE ? i : random.nextInt(count)];
            double cost = (double) Replay.weight(trace, one, inObjects) * (nextUses[one] - request);
            if (cost > most) {
                most = cost;
                victim = one;
            }
        }
        used -= Replay.weight(trace, victim, inObjects);
        int last = cached[--count];
        cached[places[victim]] = last;
        places[last] = places[victim];
        places[victim] = ABSENT;
    }
}
