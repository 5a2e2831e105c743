package org.stoq.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo tells the truth: what it counts is what was there, and nothing has failed. */
class DemoIT {
    private static final int FILES = 30;
    private static final int LARGEST_BYTES = 300_000;

    @TempDir Path folder;

    @Test
    void threeNodesExchangeATreeWhileStrategiesAreSwapped() throws Exception {
        Path content = folder.resolve("content");
        Path inner = Files.createDirectories(content.resolve("inner"));
        long bytes = fill(inner);
        Files.createSymbolicLink(inner.resolve("link"), Path.of("file-0"));
        Files.createDirectory(inner.resolve("empty"));

        StoqCommand.Outcome outcome =
                new StoqCommand(folder.resolve("home"))
                        .run("demo", "--json", "--content", content.toString());

        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        JsonNode report = new ObjectMapper().readTree(outcome.out().lines().toList().getLast());
        assertThat(report.get("nodes").asInt()).isEqualTo(3);
        assertThat(report.get("objects").asInt()).isGreaterThanOrEqualTo(FILES + 2);
        assertThat(report.get("bytes").asLong()).isGreaterThanOrEqualTo(bytes);
        assertThat(report.get("verified_bytes").asLong())
                .isGreaterThanOrEqualTo(2 * bytes)
                .isEqualTo(2 * report.get("bytes").asLong());
        assertThat(report.get("requests").asLong()).isPositive();
        assertThat(report.get("failed_requests").asLong()).isZero();
        assertThat(report.get("swaps").asInt()).isGreaterThanOrEqualTo(4);
        assertThat(report.get("boot_ms")).hasSize(3);
    }

    private static long fill(Path folder) throws IOException {
        Random random = new Random(1);
        long total = 0;
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = new byte[1 + random.nextInt(LARGEST_BYTES)];
            random.nextBytes(bytes);
            Files.write(folder.resolve("file-" + i), bytes);
            total += bytes.length;
        }
        return total;
    }
}
