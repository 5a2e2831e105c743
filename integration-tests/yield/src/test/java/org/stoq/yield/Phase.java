package org.stoq.yield;

/**
 * What was measured over some seconds.
 *
 * @param foregroundMegabits Mbit/s of content that the download brought; 0 without one
 * @param backgroundMegabits Mbit/s of content that the push brought; 0 without one
 * @param utilisation which part of the line's rate came out of it
 * @param roundTripMillis median of the smoothed round-trip times that the sender saw
 * @param dropped how many datagrams found the queue full
 */
record Phase(
        double foregroundMegabits,
        double backgroundMegabits,
        double utilisation,
        double roundTripMillis,
        long dropped) {}
