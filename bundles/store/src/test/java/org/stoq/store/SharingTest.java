package org.stoq.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.ServerConfig;

/** One folder, one store; and nothing left of a store that was closed. */
class SharingTest {
    @TempDir private Path folder;

    @Test
    void aSecondStoreInThisProcessIsRefused() throws IOException {
        try (SegmentChunkStore first = Folders.open(folder)) {
            StoqException refusal =
                    catchThrowableOfType(StoqException.class, () -> Folders.open(folder).close());
            assertThat(refusal.code()).isEqualTo(StoqErrorCode.CONFLICT);
            assertThat(refusal).hasMessageContaining(folder.toString());
            Folders.put(first, 1);
        }
        try (SegmentChunkStore second = Folders.open(folder)) {
            assertThat(Folders.has(second, 1)).isTrue();
        }
    }

    @Test
    void aSecondProcessIsToldWhoHasTheStore() throws Exception {
        SegmentChunkStore first = Folders.open(folder);
        try (first) {
            Process second =
                    new ProcessBuilder(
                                    List.of(
                                            Path.of(System.getProperty("java.home"), "bin/java")
                                                    .toString(),
                                            "-cp",
                                            System.getProperty("java.class.path"),
                                            KilledWriter.class.getName(),
                                            folder.toString(),
                                            "0"))
                            .redirectErrorStream(true)
                            .start();
            String said =
                    new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(second.waitFor()).isNotZero();
            assertThat(said)
                    .contains(
                            "in use by process " + ProcessHandle.current().pid(),
                            folder.toString());
        }
    }

    @Test
    void aClosedStoreSaysSo() throws IOException {
        SegmentChunkStore store = Folders.open(folder);
        store.close();
        store.close();
        for (ThrowingCallable call :
                List.<ThrowingCallable>of(
                        () -> Folders.put(store, 1),
                        () -> store.bind("a", Folders.digest(1)),
                        store::sync,
                        store::beginCollection)) {
            assertThat(catchThrowableOfType(StoqException.class, call).code())
                    .isEqualTo(StoqErrorCode.UNAVAILABLE);
        }
    }

    @Test
    void aClosedStoreLeavesNoThreadNoHandleAndNoLock() throws IOException {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (SegmentChunkStore store = Folders.open(folder)) {
            for (int i = 0; i < 200; i++) {
                Folders.put(store, i);
            }
            store.sync();
            assertThat(handles()).isNotEmpty();
            assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> !before.contains(thread))
                    .filteredOn(thread -> thread.getName().contains("MVStore"))
                    .isEmpty();
        }
        assertThat(handles()).isEmpty();
        assertThat(System.getProperties().stringPropertyNames())
                .noneMatch(name -> name.contains(folder.toString()));
    }

    @Test
    void theComponentLivesUnderTheDataFolder() throws IOException {
        Map<String, Object> properties = new HashMap<>();
        properties.put("data_dir", folder.toString());
        ServerConfig config = ServerConfig.TABLE.readProperties(properties);
        assertThat(config.dataDir()).isEqualTo(folder);
        try (SegmentChunkStore store = new SegmentChunkStore(properties)) {
            assertThat(store.name()).isEqualTo("segment");
            Folders.put(store, 1);
            store.modified(properties);
            assertThat(Folders.has(store, 1)).isTrue();
        }
        assertThat(Folders.segments(folder.resolve("store"))).hasSize(1);
    }

    /** Returns the open files and mappings under the folder. */
    private List<String> handles() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"));
                Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return Stream.concat(
                            open.map(link -> {
                                try {
                                    return Files.readSymbolicLink(link).toString();
                                } catch (IOException e) {
                                    return "closed meanwhile";
                                }
                            }),
                            maps)
                    .filter(text -> text.contains(folder.toString()))
                    .toList();
        }
    }
}
