package org.stoq.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.cli.StrategyRow;
import org.stoq.cli.tree.TreeWalk;

class DemoPartsTest {
    private static final FileTime TIME = FileTime.fromMillis(1_600_000_000_000L);

    @TempDir private Path folder;
    private Path source;
    private Path copy;

    @BeforeEach
    void makeTwins() throws IOException {
        source = twin("source");
        copy = twin("copy");
    }

    private Path twin(String name) throws IOException {
        Path root = Files.createDirectories(folder.resolve(name));
        write(root.resolve("a/file"), "12345");
        write(root.resolve("b"), "678");
        Files.createDirectory(root.resolve("empty"));
        Files.setLastModifiedTime(root.resolve("empty"), TIME);
        Files.createSymbolicLink(root.resolve("link"), Path.of("a/file"));
        return root;
    }

    private static void write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Files.setLastModifiedTime(file, TIME);
    }

    private TreeComparison comparison() throws IOException {
        return TreeComparison.of(TreeWalk.of(source, ""), copy);
    }

    @Test
    void twinsAreIdenticalDownToTheLastByte() throws IOException {
        assertThat(comparison().differences()).isEmpty();
        assertThat(comparison().identicalBytes()).isEqualTo(5 + 3 + "a/file".length());
    }

    @Test
    void oneFlippedByteIsFound() throws IOException {
        write(copy.resolve("a/file"), "12346");

        assertThat(comparison().differences()).containsExactly("a/file: other bytes");
        assertThat(comparison().identicalBytes()).isEqualTo(3 + "a/file".length());
    }

    @Test
    void everyOtherDifferenceIsFoundToo() throws IOException {
        Files.delete(copy.resolve("empty"));
        Files.setPosixFilePermissions(
                copy.resolve("a/file"), PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.setLastModifiedTime(copy.resolve("b"), FileTime.fromMillis(1));
        Files.delete(copy.resolve("link"));
        Files.createSymbolicLink(copy.resolve("link"), Path.of("b"));
        write(copy.resolve("extra"), "x");

        assertThat(comparison().differences())
                .containsExactlyInAnyOrder(
                        "empty: is missing, or something else",
                        "a/file: mode 666 instead of 640",
                        "b: another time",
                        "link: leads elsewhere",
                        "extra: only in the copy");
    }

    @Test
    void aFileInThePlaceOfALinkIsNoLink() throws IOException {
        Files.delete(copy.resolve("link"));
        write(copy.resolve("link"), "a/file");

        assertThat(comparison().differences())
                .containsExactly("link: is missing, or something else");
    }

    @Test
    void aSwapIsSeenByKindNameVersionAndState() {
        Swaps.Wanted wanted = new Swaps.Wanted("CachePolicy", "sieve", "1.1.0");

        assertThat(wanted.isSeenIn(row("CachePolicy", "sieve", "1.1.0", "ACTIVE"), true)).isTrue();
        assertThat(wanted.isSeenIn(row("CachePolicy", "sieve", "1.1.0", "STANDBY"), true))
                .isFalse();
        assertThat(wanted.isSeenIn(row("CachePolicy", "sieve", "1.1.0", "STANDBY"), false))
                .isTrue();
        assertThat(wanted.isSeenIn(row("CachePolicy", "sieve", "1.0.0", "ACTIVE"), true)).isFalse();
        assertThat(wanted.isSeenIn(row("CachePolicy", "lru", "1.1.0", "ACTIVE"), true)).isFalse();
        assertThat(wanted.isSeenIn(row("Chunker", "sieve", "1.1.0", "ACTIVE"), true)).isFalse();
    }

    private static StrategyRow row(String spi, String name, String version, String state) {
        return new StrategyRow(spi, name, "bundle", version, state, 0, 0, 0, null, 0);
    }

    @Test
    void percentilesAreOfTheNearestRank() {
        Swaps none = new Swaps(() -> 0);
        assertThat(none.percentileMillis(0.99)).isZero();
        Swaps swaps = new Swaps(() -> 0);
        for (int millis = 100; millis >= 1; millis--) {
            swaps.took(millis * 1_000_000L);
        }

        assertThat(swaps.count()).isEqualTo(100);
        assertThat(swaps.percentileMillis(0.5)).isCloseTo(50, within(1e-9));
        assertThat(swaps.percentileMillis(0.99)).isCloseTo(99, within(1e-9));
        assertThat(swaps.percentileMillis(1)).isCloseTo(100, within(1e-9));
        assertThat(swaps.percentileMillis(0)).isCloseTo(1, within(1e-9));
    }

    @Test
    void aLoadGoesOnAfterAFailureAndCountsIt() throws Exception {
        Tally tally = new Tally();
        AtomicInteger made = new AtomicInteger();
        CountDownLatch enough = new CountDownLatch(10);

        try (Load load =
                new Load(
                        List.of(new SplittableRandom(1), new SplittableRandom(2)),
                        random -> {
                            enough.countDown();
                            if (made.incrementAndGet() % 2 == 0) {
                                throw new IOException("every second one");
                            }
                        },
                        tally)) {
            assertThat(load).isNotNull();
            enough.await();
        }

        assertThat(tally.requests()).isEqualTo(made.get()).isGreaterThanOrEqualTo(10);
        assertThat(tally.failed()).isEqualTo(made.get() / 2);
        assertThat(tally.failures()).hasSizeBetween(5, 6).allMatch(t -> t.contains("every second"));
    }

    private static DemoReport report(long verified, long failed, int swaps, List<String> faults) {
        return new DemoReport(
                3,
                2,
                100,
                verified,
                0.5,
                10,
                failed,
                swaps,
                1,
                2,
                List.of(1L),
                List.of(2L),
                3,
                faults,
                List.of());
    }

    @Test
    void onlyAWholeDemoHasPassed() {
        assertThat(report(200, 0, 1, List.of()).passed()).isTrue();
        assertThat(report(199, 0, 1, List.of()).passed()).isFalse();
        assertThat(report(200, 1, 1, List.of()).passed()).isFalse();
        assertThat(report(200, 0, 0, List.of()).passed()).isFalse();
        assertThat(report(200, 0, 1, List.of("a")).passed()).isFalse();
    }
}
