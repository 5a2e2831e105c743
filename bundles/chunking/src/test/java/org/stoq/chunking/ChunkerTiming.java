package org.stoq.chunking;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.testkit.SeededBytes;

/**
 * Prints how fast the chunkers cut, and what that is of the speed of SHA-256 in the same round; to
 * be run by hand. Counts the CPU time of the thread, so that others on the machine matter less.
 *
 * <p>An argument is a file to cut; without one the content is random, and then content in which
 * every possible boundary recurs.
 */
final class ChunkerTiming {
    private static final int ROUNDS = 15;
    private static final int LENGTH = 64 << 20;
    private static final String YARDSTICK = "sha-256";

    private long sink;

    private ChunkerTiming() {}

    /** Measures each in turn, several times. */
    public static void main(String[] arguments) throws IOException {
        ChunkerTiming timing = new ChunkerTiming();
        if (arguments.length > 0) {
            timing.measure(arguments[0], Files.readAllBytes(Path.of(arguments[0])));
        } else {
            timing.measure("random", SeededBytes.random(1, LENGTH));
            timing.measure("recurring", AskingBytes.everywhere(LENGTH));
        }
        System.out.println("(" + timing.sink + ")");
    }

    private void measure(String what, byte[] bytes) {
        Map<String, LongSupplier> all = new LinkedHashMap<>();
        Chunker fastCdc = new FastCdcChunker();
        Chunker rabin = new RabinChunker();
        Gear gear = Gear.ofSeed(1);
        all.put(YARDSTICK, () -> digest(bytes, 0, bytes.length));
        all.put("copy", () -> bytes.clone()[bytes.length / 2]);
        all.put("gear", () -> gear.find(bytes, Gear.WINDOW, bytes.length, -1L));
        all.put("fastcdc", () -> cut(fastCdc, bytes, false));
        all.put("fastcdc + sha-256", () -> cut(fastCdc, bytes, true));
        all.put("rabin", () -> cut(rabin, bytes, false));
        Map<String, double[]> rates = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, LongSupplier> one : all.entrySet()) {
                long begun = cpuNanos();
                sink += one.getValue().getAsLong();
                rates.computeIfAbsent(one.getKey(), _ -> new double[ROUNDS])[round] =
                        (double) bytes.length / (cpuNanos() - begun);
            }
        }
        double yard = median(rates.getOrDefault(YARDSTICK, new double[1]));
        rates.forEach((name, rate) ->
                System.out.printf(
                        "%-12s %-18s %6.2f GB/s, %5.2f of SHA-256%n",
                        what, name, median(rate), median(rate) / yard));
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static double median(double[] rates) {
        double[] sorted = rates.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static long cut(Chunker chunker, byte[] bytes, boolean digested) {
        long sum = 0;
        int length;
        for (int at = 0; at < bytes.length; at += length) {
            length = chunker.cut(bytes, at, bytes.length, ChunkSizes.STANDARD);
            sum = 31 * sum + length + (digested ? digest(bytes, at, length) : 0);
        }
        return sum;
    }

    private static long digest(byte[] bytes, int from, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, from, length);
            return digest.digest()[0];
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
