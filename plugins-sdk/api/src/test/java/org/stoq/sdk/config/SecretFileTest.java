package org.stoq.sdk.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTest {
    @TempDir private Path folder;

    private Path file(int length) throws IOException {
        return Files.write(folder.resolve("secret"), new byte[length]);
    }

    @Test
    void isTheFileAsAWhole() throws IOException {
        assertThat(SecretFile.read(file(32))).hasSize(32);
        assertThat(SecretFile.read(file(4_096))).hasSize(4_096);
    }

    @Test
    void tooFewOrTooManyBytesAreNoSecret() throws IOException {
        for (int length : new int[] {0, 31, 4_097, 100_000}) {
            Path file = file(length);
            assertThatThrownBy(() -> SecretFile.read(file))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("32 to 4096 are needed");
        }
    }

    @Test
    void whatCannotBeReadIsSaidToBeThat() {
        Path missing = folder.resolve("missing");
        for (Path file : new Path[] {missing, folder}) {
            assertThatThrownBy(() -> SecretFile.read(file))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(file + " cannot be read");
        }
    }
}
