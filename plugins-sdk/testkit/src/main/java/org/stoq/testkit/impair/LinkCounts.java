package org.stoq.testkit.impair;

/**
 * What a link has done since it was made, in datagrams. Nothing vanishes uncounted: {@code offered
 * + duplicated} is always {@code delivered + lost + queueDropped + tooBig + blackholed +
 * overflowed} and what is still under way.
 *
 * @param offered what came in
 * @param offeredBytes their bytes
 * @param delivered what went out, duplicates included
 * @param deliveredBytes their bytes
 * @param lost by chance
 * @param queueDropped found the queue of the rate limit full
 * @param duplicated were copied; each counts once
 * @param corrupted have other bits now; each counts once, also if duplicated
 * @param reordered were held back so that others overtake them
 * @param tooBig were larger than the MTU
 * @param blackholed came in or fell due while the link was cut
 * @param overflowed found as many under way as the link can hold: a test that means to have none
 *     checks that this is 0
 */
public record LinkCounts(
        long offered,
        long offeredBytes,
        long delivered,
        long deliveredBytes,
        long lost,
        long queueDropped,
        long duplicated,
        long corrupted,
        long reordered,
        long tooBig,
        long blackholed,
        long overflowed) {}
