package org.stoq.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatchTest {
    private static final int LIMIT_SECONDS = 20;

    /** The names of the threads that have told. */
    private final LinkedBlockingQueue<String> changes = new LinkedBlockingQueue<>();

    private FileWatch watch(FileWatch.State known) {
        return FileWatch.start(known, () -> changes.add(Thread.currentThread().getName()));
    }

    @Test
    void tellsOfCreationReplacementAndRemoval(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("stoq.toml");
        try (FileWatch watch = watch(FileWatch.look(file))) {
            assertThat(watch).isNotNull();

            Files.writeString(file, "one");
            assertThat(changes.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).isNotNull();

            Path fresh = folder.resolve("fresh");
            Files.writeString(fresh, "two");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            assertThat(changes.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).isNotNull();

            Files.delete(file);
            assertThat(changes.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void tellsOfAChangeBeforeItsStartByAThreadThatIsNamedAfterTheFile(@TempDir Path folder)
            throws Exception {
        Path file = folder.resolve("cert.pem");
        FileWatch.State before = FileWatch.look(file);
        Files.writeString(file, "one");

        try (FileWatch watch = watch(before)) {
            assertThat(watch).isNotNull();
            assertThat(changes.poll(LIMIT_SECONDS, TimeUnit.SECONDS))
                    .isEqualTo("stoq-watch " + file);
        }
    }
}
