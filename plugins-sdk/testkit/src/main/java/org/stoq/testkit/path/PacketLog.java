package org.stoq.testkit.path;

/** The packets that a sender knows no outcome of, by their numbers, which count up from 0. */
final class PacketLog {
    private long[] sentNanos = new long[1 << 8];
    private long[] arrivalNanos = new long[1 << 8];
    private int[] bytes = new int[1 << 8];
    private byte[] flags = new byte[1 << 8];
    private long first;
    private long next;

    private static final byte APP_LIMITED = 1;
    private static final byte MARKED = 2;
    private static final byte ACKNOWLEDGED = 4;

    /** Adds the next packet. */
    void add(long sent, long arrival, int size, boolean appLimited, boolean marked) {
        if (next - first == bytes.length) {
            grow();
        }
        int slot = slot(next++);
        sentNanos[slot] = sent;
        arrivalNanos[slot] = arrival;
        bytes[slot] = size;
        flags[slot] = (byte) ((appLimited ? APP_LIMITED : 0) | (marked ? MARKED : 0));
    }

    /** Returns the number of the oldest packet that is kept. */
    long first() {
        return first;
    }

    /** Returns the number that the next packet gets. */
    long next() {
        return next;
    }

    /** Forgets the oldest packet. */
    void removeFirst() {
        first++;
    }

    void acknowledge(long number) {
        flags[slot(number)] |= ACKNOWLEDGED;
    }

    long sentNanos(long number) {
        return sentNanos[slot(number)];
    }

    /** Returns when its acknowledgement arrives, or {@link BottleneckQueue#DROPPED}. */
    long arrivalNanos(long number) {
        return arrivalNanos[slot(number)];
    }

    int bytes(long number) {
        return bytes[slot(number)];
    }

    boolean appLimited(long number) {
        return (flags[slot(number)] & APP_LIMITED) != 0;
    }

    boolean marked(long number) {
        return (flags[slot(number)] & MARKED) != 0;
    }

    boolean acknowledged(long number) {
        return (flags[slot(number)] & ACKNOWLEDGED) != 0;
    }

    private int slot(long number) {
        return (int) number & bytes.length - 1;
    }

    private void grow() {
        int size = bytes.length;
        long[] oldSent = sentNanos;
        long[] oldArrival = arrivalNanos;
        int[] oldBytes = bytes;
        byte[] oldFlags = flags;
        sentNanos = new long[2 * size];
        arrivalNanos = new long[2 * size];
        bytes = new int[2 * size];
        flags = new byte[2 * size];
        for (long number = first; number < next; number++) {
            int from = (int) number & size - 1;
            int to = slot(number);
            sentNanos[to] = oldSent[from];
            arrivalNanos[to] = oldArrival[from];
            bytes[to] = oldBytes[from];
            flags[to] = oldFlags[from];
        }
    }
}
