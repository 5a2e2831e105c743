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

    private final LinkedBlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();

    @Test
    void tellsOfCreationReplacementAndRemoval(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("stoq.toml");
        try (FileWatch watch = FileWatch.start(file, () -> changes.add(true))) {
            assertThat(watch).isNotNull();

            Files.writeString(file, "one");
            assertThat(changes.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();

            Path fresh = folder.resolve("fresh");
            Files.writeString(fresh, "two");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            assertThat(changes.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();

            Files.delete(file);
            assertThat(changes.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }
}
