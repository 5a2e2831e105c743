package org.stoq.cli;

import java.io.PrintStream;
import org.stoq.cli.terminal.Amounts;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/** What the service {@code content} answers to {@code stats}. */
record ContentCounters(Store store, Cache cache, Traffic traffic) {
    /** How the store is filled. */
    record Store(
            long names,
            long chunks,
            long plainBytes,
            long storedBytes,
            long diskBytes,
            long freeBytes,
            boolean full,
            long deltaChunks,
            long deltaPlainBytes,
            long deltaStoredBytes) {
        void print(PrintStream out) {
            out.printf("names      %,d%n", names);
            out.printf("chunks     %,d%n", chunks);
            out.printf(
                    "content    %s, stored as %s%n",
                    Amounts.bytes(plainBytes), Amounts.bytes(storedBytes));
            out.printf(
                    "similar    %s of %s, stored as %s of difference%n",
                    Amounts.count(deltaChunks, "chunk"),
                    Amounts.bytes(deltaPlainBytes),
                    Amounts.bytes(deltaStoredBytes));
            out.printf(
                    "disk       %s used, %s free%s%n",
                    Amounts.bytes(diskBytes),
                    Amounts.bytes(freeBytes),
                    full ? "; FULL: writes are refused" : "");
        }
    }

    /** How the memory cache does. */
    record Cache(
            long hits,
            long misses,
            long evictions,
            long entries,
            long bytes,
            long capacityBytes,
            double hitRatio) {
        void print(PrintStream out) {
            out.printf(
                    "cache      %s of %s in %s%n",
                    Amounts.bytes(bytes),
                    Amounts.bytes(capacityBytes),
                    Amounts.count(entries, "chunk"));
            out.printf(
                    "           %,d hits, %,d misses (%s), %,d evictions%n",
                    hits, misses, Amounts.percent(hitRatio), evictions);
        }
    }

    /** What was done since the start. */
    record Traffic(
            long publishedObjects,
            long publishedBytes,
            long servedBytes,
            long fetchedChunks,
            long fetchedBytes,
            long damagedChunks) {
        void print(PrintStream out) {
            out.printf(
                    "published  %s, %s%n",
                    Amounts.count(publishedObjects, "object"), Amounts.bytes(publishedBytes));
            out.printf("served     %s%n", Amounts.bytes(servedBytes));
            out.printf(
                    "fetched    %s from other nodes, %s%n",
                    Amounts.count(fetchedChunks, "chunk"), Amounts.bytes(fetchedBytes));
            if (damagedChunks > 0) {
                out.printf("damaged    %s dropped%n", Amounts.count(damagedChunks, "chunk"));
            }
        }
    }

    static ContentCounters of(CborMap map) throws StoqException {
        long hits = map.integer(8);
        long misses = map.integer(9);
        double ratio = hits + misses == 0 ? 0 : (double) hits / (hits + misses);
        return new ContentCounters(
                new Store(
                        map.integer(1),
                        map.integer(2),
                        map.integer(3),
                        map.integer(4),
                        map.integer(5),
                        map.integer(6),
                        map.bool(7),
                        map.integer(20),
                        map.integer(21),
                        map.integer(22)),
                new Cache(
                        hits,
                        misses,
                        map.integer(10),
                        map.integer(11),
                        map.integer(12),
                        map.integer(13),
                        ratio),
                new Traffic(
                        map.integer(14),
                        map.integer(15),
                        map.integer(16),
                        map.integer(17),
                        map.integer(18),
                        map.integer(19)));
    }
}
