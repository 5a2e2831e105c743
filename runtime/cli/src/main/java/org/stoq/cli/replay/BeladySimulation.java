package org.stoq.cli.replay;

import java.util.Arrays;

/**
 * Evicts what is asked for the latest, whatever its size. A heap of numbers: 12 bytes of memory for
 * each object of the trace, logarithmic time.
 */
final class BeladySimulation implements Replay.Simulation {
    private static final int ABSENT = -1;

    private final Trace trace;
    private final long capacity;
    private final boolean inObjects;

    /** The cached objects: what is asked for the latest is at 0, and before what is behind it. */
    private final int[] heap;

    private final int[] places;
    private final int[] nextUses;
    private int count;
    private long used;

    BeladySimulation(Trace trace, long capacity, boolean inObjects) {
        this.trace = trace;
        this.capacity = capacity;
        this.inObjects = inObjects;
        this.heap = new int[trace.objects()];
        this.places = new int[trace.objects()];
        this.nextUses = new int[trace.objects()];
        Arrays.fill(places, ABSENT);
    }

    @Override
    public boolean request(long request, int object) {
        boolean there = places[object] != ABSENT;
        if (!there && !admit(object)) {
            return false;
        }
        nextUses[object] = trace.nextUse(request);
        // Later than before, so it can only rise.
        rise(places[object]);
        return there;
    }

    private boolean admit(int object) {
        int weight = Replay.weight(trace, object, inObjects);
        if (weight > capacity) {
            return false;
        }
        while (used + weight > capacity) {
            evict();
        }
        used += weight;
        put(count, object);
        count++;
        return true;
    }

    private void evict() {
        int victim = heap[0];
        used -= Replay.weight(trace, victim, inObjects);
        places[victim] = ABSENT;
        count--;
        if (count > 0) {
            put(0, heap[count]);
            sink(0);
        }
    }

    private void rise(int from) {
        int at = from;
        int object = heap[at];
        while (at > 0 && nextUses[heap[(at - 1) / 2]] < nextUses[object]) {
            put(at, heap[(at - 1) / 2]);
            at = (at - 1) / 2;
        }
        put(at, object);
    }

    private void sink(int from) {
        int at = from;
        int object = heap[at];
        while (2 * at + 1 < count) {
            int child = 2 * at + 1;
            if (child + 1 < count && nextUses[heap[child + 1]] > nextUses[heap[child]]) {
                child++;
            }
            if (nextUses[heap[child]] <= nextUses[object]) {
                break;
            }
            put(at, heap[child]);
            at = child;
        }
        put(at, object);
    }

    private void put(int place, int object) {
        heap[place] = object;
        places[object] = place;
    }
}
