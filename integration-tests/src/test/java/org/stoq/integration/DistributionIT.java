package org.stoq.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DistributionIT {
    private final Distribution distribution = Distribution.assembled();
    private final List<Path> listed =
            distribution.entries().stream().map(Distribution.Entry::file).toList();

    @Test
    void everyListedBundleIsThereOnce() {
        assertThat(listed).hasSizeGreaterThan(25).doesNotHaveDuplicates().allMatch(Files::exists);
    }

    @Test
    void everyJarForTheFrameworkIsListed() {
        assertThat(listed).containsAll(distribution.jars("bundles"));
    }

    @Test
    void noJarIsShippedTwice() {
        assertThat(distribution.jars("lib").stream().map(Path::getFileName))
                .doesNotContainAnyElementsOf(
                        distribution.jars("bundles").stream().map(Path::getFileName).toList());
    }

    @Test
    void commandsCanBeExecuted() {
        assertThat(distribution.home().resolve("bin/stoq")).isExecutable();
        assertThat(distribution.home().resolve("bin/stoq-server")).isExecutable();
        assertThat(distribution.home().resolve("bin/stoq-bench")).isExecutable();
    }

    @Test
    void serverRunsANode() throws Exception {
        Process help =
                new ProcessBuilder(
                                distribution.home().resolve("bin/stoq-server").toString(), "--help")
                        .redirectErrorStream(true)
                        .start();
        try (var output = help.inputReader()) {
            assertThat(output.lines()).anyMatch(line -> line.contains("--listen"));
        }
        assertThat(help.waitFor()).isZero();
    }
}
