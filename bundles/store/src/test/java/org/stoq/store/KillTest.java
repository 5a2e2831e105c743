package org.stoq.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a writing process (SIGKILL) at random instants, again and again over the same folder. What
 * it had acknowledged must be there. More rounds: {@code -Dstoq.store.kills=1000}; another course:
 * {@code -Dstoq.store.seed=...}.
 */
class KillTest {
    private static final int ROUNDS = Integer.getInteger("stoq.store.kills", 50);
    private static final long SEED = Long.getLong("stoq.store.seed", 1);
    private static final int MOST_MICROS = 20_000;

    @TempDir private Path folder;
    private final Random random = new Random(SEED);
    private final SortedSet<Long> bound = new TreeSet<>();
    private final SortedSet<Long> unbound = new TreeSet<>();

    @Test
    void whatWasAcknowledgedSurvivesKills() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            writeAndKill(round);
            if (round % 7 == 6) {
                Files.deleteIfExists(folder.resolve("index.mv"));
            }
            try (SegmentChunkStore store = Folders.open(folder)) {
                for (long seed : bound) {
                    assertThat(store.lookup(KilledWriter.name(seed)))
                            .as("name %d in round %d", seed, round)
                            .contains(Folders.digest(seed));
                    assertThat(Folders.has(store, seed))
                            .as("chunk %d in round %d", seed, round)
                            .isTrue();
                }
                for (long seed : unbound) {
                    assertThat(store.lookup(KilledWriter.name(seed)))
                            .as("name %d in round %d", seed, round)
                            .isEmpty();
                }
                assertThat(store.verify((done, total) -> {}).damaged()).isEmpty();
            }
        }
        assertThat(bound.size()).isGreaterThan(ROUNDS);
        assertThat(unbound).isNotEmpty();
    }

    private void writeAndKill(int round) throws IOException, InterruptedException {
        Process writer =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin/java")
                                                .toString(),
                                        "-Xmx64m",
                                        "-XX:+UseSerialGC",
                                        "-XX:TieredStopAtLevel=1",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        KilledWriter.class.getName(),
                                        folder.toString(),
                                        Long.toString(round * 1_000_000L)))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (BufferedReader acknowledged =
                new BufferedReader(
                        new InputStreamReader(
                                writer.getInputStream(), StandardCharsets.US_ASCII))) {
            // Some rounds end while the store is being opened.
            int wanted = random.nextInt(30);
            for (int i = 0; i < wanted; i++) {
                take(acknowledged.readLine());
            }
            writer.waitFor(random.nextInt(MOST_MICROS), TimeUnit.MICROSECONDS);
            // By its handle: the process itself would close the stream before its end is read.
            writer.toHandle().destroyForcibly();
            // A last line may be cut off by the kill.
            StringBuilder rest = new StringBuilder();
            for (int c = acknowledged.read(); c >= 0; c = acknowledged.read()) {
                rest.append((char) c);
            }
            int end = rest.lastIndexOf("\n");
            rest.substring(0, Math.max(end, 0)).lines().forEach(this::take);
        } finally {
            writer.destroyForcibly();
        }
        writer.waitFor();
    }

    private void take(String line) {
        assertThat(line).isNotNull().doesNotStartWith("!");
        long seed = Long.parseLong(line.substring(2));
        switch (line.charAt(0)) {
            case '+' -> bound.add(seed);
            // About to be forgotten: from here on until that is acknowledged it may be either.
            case '~' -> bound.remove(seed);
            case '-' -> unbound.add(seed);
            default -> throw new AssertionError(line);
        }
    }
}
