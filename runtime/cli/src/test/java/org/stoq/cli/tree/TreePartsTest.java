package org.stoq.cli.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.client.ObjectInfo;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

class TreePartsTest {
    private static final Digest NONE = Digest.of(new byte[0]);

    @TempDir private Path folder;

    private static ObjectInfo info(String name, ObjectInfo.Kind kind) {
        return new ObjectInfo(name, 1, NONE, NONE, "", Instant.EPOCH, kind, 0, 0, List.of(), false);
    }

    private RestorePlan plan(int cut, ObjectInfo... objects) {
        return RestorePlan.of(List.of(objects), cut, new SafeFolder(folder));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b", "ü/ß", ".hidden", "...", "a b", "-", "a\\b", "C:"})
    void aNameBelowTheFolderHasAPlace(String name) throws StoqException {
        assertThat(new SafeFolder(folder).target(name)).isEqualTo(folder.resolve(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "..",
                "../a",
                "a/..",
                "a/../b",
                ".",
                "a//b",
                "a/",
                "\n"
            })
    void aNameThatLeadsElsewhereHasNone(String name) {
        assertThatThrownBy(() -> new SafeFolder(folder).target(name))
                .isInstanceOfSatisfying(
                        StoqException.class,
                        e -> assertThat(e.code()).isEqualTo(StoqErrorCode.FORBIDDEN));
    }

    @Test
    void aNameHasALimit() {
        assertThat(ObjectName.fault("x".repeat(ObjectName.MAX_BYTES))).isEmpty();
        assertThat(ObjectName.fault("x".repeat(ObjectName.MAX_BYTES + 1))).isPresent();
        assertThat(ObjectName.fault("é".repeat(ObjectName.MAX_BYTES / 2))).isEmpty();
        assertThat(ObjectName.fault("é".repeat(ObjectName.MAX_BYTES / 2) + "x")).isPresent();
    }

    @Test
    void halfACharacterIsNoName() {
        assertThat(ObjectName.fault("a\uD800b")).contains("it is not UTF-8 text");
        assertThat(ObjectName.fault("a\uD83D\uDE00b")).isEmpty();
    }

    @Test
    void parentsAreNeverMadeThroughALink() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Path root = Files.createDirectory(folder.resolve("root"));
        Files.createSymbolicLink(root.resolve("exit"), outside);
        SafeFolder safe = new SafeFolder(root);

        assertThatThrownBy(() -> safe.makeParents(root.resolve("exit/a/b")))
                .isInstanceOf(StoqException.class);
        assertThat(outside).isEmptyDirectory();
        safe.makeParents(root.resolve("x/y/file"));
        assertThat(root.resolve("x/y")).isEmptyDirectory();
    }

    @Test
    void theFolderItselfMayBeReachedThroughALink() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);

        new SafeFolder(link).makeParents(link.resolve("a/file"));

        assertThat(real.resolve("a")).isEmptyDirectory();
    }

    @Test
    void aPlanSortsKindsAndCutsThePrefix() {
        RestorePlan plan =
                plan(
                        4,
                        info("www/b", ObjectInfo.Kind.FILE),
                        info("www/a", ObjectInfo.Kind.SYMLINK),
                        info("www/d/e", ObjectInfo.Kind.DIRECTORY),
                        info("www/d", ObjectInfo.Kind.DIRECTORY));

        assertThat(plan.files()).extracting(RestorePlan.Item::target).containsExactly(at("b"));
        assertThat(plan.links()).extracting(RestorePlan.Item::target).containsExactly(at("a"));
        assertThat(plan.directories())
                .extracting(RestorePlan.Item::target)
                .containsExactly(at("d"), at("d/e"));
        assertThat(plan.bytes()).isEqualTo(1);
        assertThat(plan.refused()).isEmpty();
    }

    private Path at(String name) {
        return folder.resolve(name);
    }

    @Test
    void aNameBelowAFileOrLinkNeedsAFolderInItsPlace() {
        RestorePlan plan =
                plan(
                        0,
                        info("a", ObjectInfo.Kind.SYMLINK),
                        info("a/b", ObjectInfo.Kind.FILE),
                        info("c/d", ObjectInfo.Kind.FILE),
                        info("c", ObjectInfo.Kind.FILE),
                        info("ab", ObjectInfo.Kind.FILE));

        assertThat(plan.refused()).hasSize(2).allMatch(line -> line.contains("need a folder"));
        assertThat(plan.links()).isEmpty();
        assertThat(plan.files())
                .extracting(RestorePlan.Item::target)
                .containsExactlyInAnyOrder(at("a/b"), at("c/d"), at("ab"));
    }

    @Test
    void twoObjectsOfOneNameAreReported() {
        RestorePlan plan =
                plan(0, info("a", ObjectInfo.Kind.FILE), info("a", ObjectInfo.Kind.SYMLINK));

        assertThat(plan.files()).hasSize(1);
        assertThat(plan.links()).isEmpty();
        assertThat(plan.refused()).hasSize(1);
    }

    @Test
    void modesAreTheSameBothWays() {
        for (int mode = 0; mode <= 0777; mode++) {
            assertThat(PosixMode.of(PosixMode.permissions(mode))).isEqualTo(mode);
        }
        assertThat(PosixMode.permissions(0640))
                .hasToString("[OWNER_READ, OWNER_WRITE, GROUP_READ]");
        assertThat(PosixMode.permissions(07777)).isEqualTo(PosixMode.permissions(0777));
    }

    @Test
    void everythingIsDoneOnceAndSeveralAtATime() throws Exception {
        Set<Integer> done = ConcurrentHashMap.newKeySet();
        CountDownLatch together = new CountDownLatch(4);

        Parallel.forEach(
                IntStream.range(0, 100).boxed().toList(),
                4,
                each -> {
                    together.countDown();
                    together.await();
                    assertThat(done.add(each)).isTrue();
                });

        assertThat(done).hasSize(100);
    }

    @Test
    void theFirstFailureInterruptsTheOthersAndIsThrown() {
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);

        assertThatThrownBy(() ->
                        Parallel.forEach(
                                List.of(1, 2, 3, 4),
                                2,
                                each -> {
                                    if (each == 1) {
                                        waiting.await();
                                        throw new IOException("the first");
                                    }
                                    try {
                                        waiting.countDown();
                                        new CountDownLatch(1).await();
                                    } catch (InterruptedException e) {
                                        interrupted.countDown();
                                        throw e;
                                    }
                                }))
                .isInstanceOf(IOException.class)
                .hasMessage("the first");
        assertThat(interrupted.getCount()).isZero();
    }

    @Test
    void anInterruptOfTheCallerEndsIt() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Thread caller =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                Parallel.forEach(
                                        List.of(1),
                                        1,
                                        each -> {
                                            begun.countDown();
                                            new CountDownLatch(1).await();
                                        });
                            } catch (InterruptedException e) {
                                ended.countDown();
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
        begun.await();

        caller.interrupt();
        caller.join();

        assertThat(ended.getCount()).isZero();
    }

    @Test
    void unfinishedFilesAreDeletedAtTheEndAndNoneAreBegunAfterIt() throws IOException {
        PartialFiles partial = new PartialFiles(new SplittableRandom(1));
        Path unfinished = Files.createFile(partial.begin(folder));
        Path finished = Files.createFile(partial.begin(folder));
        partial.end(finished);

        partial.close();

        assertThat(unfinished).doesNotExist();
        assertThat(finished).exists();
        assertThatThrownBy(() -> partial.begin(folder)).hasMessage("interrupted");
    }

    @Test
    void aFileThatGrowsIsCutAndOneThatShrinksIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "123456");

        try (ExactLength four = new ExactLength(FileChannel.open(file), "file", 4)) {
            ByteBuffer buffer = ByteBuffer.allocate(10);
            while (four.read(buffer) >= 0) {
                assertThat(buffer.limit()).isEqualTo(10);
            }
            assertThat(buffer.position()).isEqualTo(4);
        }
        try (ExactLength seven = new ExactLength(FileChannel.open(file), "file", 7)) {
            ByteBuffer buffer = ByteBuffer.allocate(10);
            assertThat(seven.read(buffer)).isEqualTo(6);
            assertThatThrownBy(() -> seven.read(buffer)).hasMessageContaining("shrank from 7 to 6");
        }
    }
}
