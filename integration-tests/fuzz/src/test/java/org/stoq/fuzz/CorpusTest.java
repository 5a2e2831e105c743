package org.stoq.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every input that was kept, in every build: those that have found something do so no more. */
class CorpusTest {
    private static final Path CORPUS = Path.of("src", "test", "resources", "corpus");

    @TestFactory
    Stream<DynamicTest> target() throws IOException {
        return FuzzTarget.names().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> replay(name)));
    }

    private static void replay(String name) throws Exception {
        FuzzTarget target = FuzzTarget.named(name);
        target.run(new byte[0]);
        List<Path> inputs = inputs(name);
        assertThat(inputs).isNotEmpty();
        for (Path input : inputs) {
            try {
                target.run(Files.readAllBytes(input));
            } catch (Exception | Error e) {
                throw new AssertionError("input " + input, e);
            }
        }
    }

    private static List<Path> inputs(String name) throws IOException {
        try (Stream<Path> files = Files.list(CORPUS.resolve(name))) {
            return files.sorted().toList();
        }
    }

    @Test
    void theCorpusIsSmallAndHasNoOtherFolders() throws IOException {
        long bytes = 0;
        for (String name : FuzzTarget.names()) {
            for (Path input : inputs(name)) {
                bytes += Files.size(input);
            }
        }
        assertThat(bytes).isLessThan(1 << 20);
        try (Stream<Path> folders = Files.list(CORPUS)) {
            assertThat(folders.map(folder -> String.valueOf(folder.getFileName())))
                    .containsExactlyInAnyOrderElementsOf(FuzzTarget.names());
        }
    }
}
