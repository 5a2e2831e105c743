package org.stoq.bench.flood;

import java.util.Arrays;
import java.util.BitSet;

/**
 * What was sent and received, by address and by handshake; bytes of UDP payload. One thread.
 *
 * <p>The limit of RFC 9000 s.8.1 holds until a client has shown that it receives at its address: by
 * bringing back a token, here. So a handshake that has done that counts no longer, and neither does
 * an address with such a handshake.
 */
final class FloodTally {
    private static final int FIRST_FLOWS = 1 << 16;

    private final long[] sent;
    private final long[] received;
    private final BitSet shownAddresses = new BitSet();
    private final BitSet shownFlows = new BitSet();
    private int[] flows = new int[FIRST_FLOWS];
    private int begun;
    private long stray;

    FloodTally(int addresses) {
        this.sent = new long[addresses];
        this.received = new long[addresses];
    }

    /** Returns how many handshakes were begun: the number of the next one. */
    int begun() {
        return begun;
    }

    /** Returns how many handshakes have brought a token back. */
    int shown() {
        return shownFlows.cardinality();
    }

    /** Returns how many datagrams belong to no handshake of ours. */
    long stray() {
        return stray;
    }

    /** Returns how many bytes were received at all addresses. */
    long receivedBytes() {
        return Arrays.stream(received).sum();
    }

    /** Counts the first packet of a handshake, which gets the next number. */
    void begin(int address, int bytes) {
        if (begun == flows.length) {
            flows = Arrays.copyOf(flows, 2 * begun);
        }
        begun++;
        sent[address] += bytes;
    }

    /** Counts a packet that brings a token back. */
    void show(int address, int flow, int bytes) {
        shownFlows.set(flow);
        shownAddresses.set(address);
        sent[address] += bytes;
    }

    /** Counts what has come. */
    void receive(int address, long flow, int bytes) {
        received[address] += bytes;
        if (flow >= 0 && flow < begun) {
            flows[(int) flow] += bytes;
        } else {
            stray++;
        }
    }

    /** Returns the largest share of bytes received to bytes sent, of one address. */
    double largestOfAddress() {
        double largest = 0;
        for (int i = 0; i < sent.length; i++) {
            if (sent[i] > 0 && !shownAddresses.get(i)) {
                largest = Math.max(largest, (double) received[i] / sent[i]);
            }
        }
        return largest;
    }

    /**
     * Returns the same of one handshake.
     *
     * @param bytesEach how many bytes begin one
     */
    double largestOfHandshake(int bytesEach) {
        int largest = 0;
        for (int flow = 0; flow < begun; flow++) {
            if (!shownFlows.get(flow)) {
                largest = Math.max(largest, flows[flow]);
            }
        }
        return (double) largest / bytesEach;
    }
}
