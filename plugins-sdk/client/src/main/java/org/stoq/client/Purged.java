package org.stoq.client;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/**
 * What a node answers to a purge. It holds on that node, durable, whoever has confirmed.
 *
 * @param statement digest of the signed purge that holds now
 * @param until objects published up to that time are meant
 * @param own whether only what that node has published is meant: the caller is no operator
 * @param here how long it took until it was durable on that node
 * @param peers how many nodes were connected to it
 * @param confirmed how many of them have confirmed in time that it is durable there
 * @param median time within which half of those have confirmed; zero if there is none
 * @param p99 the same for 99 of a hundred
 * @param longest the same for all of them
 */
public record Purged(
        Digest statement,
        Instant until,
        boolean own,
        Duration here,
        long peers,
        long confirmed,
        Duration median,
        Duration p99,
        Duration longest) {
    static Purged of(CborMap map) throws StoqException {
        return new Purged(
                map.digest(1),
                Instant.ofEpochMilli(map.integer(2)),
                map.bool(3),
                micros(map, 4),
                map.integer(5),
                map.integer(6),
                micros(map, 7),
                micros(map, 8),
                micros(map, 9));
    }

    private static Duration micros(CborMap map, int key) throws StoqException {
        return Duration.of(map.integer(key), ChronoUnit.MICROS);
    }
}
