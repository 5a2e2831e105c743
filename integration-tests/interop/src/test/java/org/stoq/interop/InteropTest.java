package org.stoq.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every place of the table that two implementations can fill, but those that are known to fail: the
 * table has them.
 *
 * <p>A peer that is not installed is skipped, and the report says how to install it; but where the
 * environment variable CI is set, its absence is a failure.
 */
@Timeout(60)
class InteropTest {
    @TempDir private static Path temporary;

    private static Laboratory laboratory;

    @BeforeAll
    static void open() throws IOException {
        laboratory =
                Laboratory.open(Path.of(System.getProperty("stoq.interop.folder", ".")), temporary);
    }

    @TestFactory
    Stream<DynamicTest> works() {
        return laboratory.cells().stream()
                .filter(cell -> Laboratory.unsupported(cell).isEmpty())
                .filter(cell -> Laboratory.known(cell).isEmpty())
                .map(cell -> DynamicTest.dynamicTest(cell.toString(), () -> works(cell)));
    }

    private static void works(Cell cell) throws Exception {
        Optional<String> missing = cell.peer().missing();
        if (missing.isPresent()) {
            assertThat(System.getenv("CI")).as(missing.get()).isNull();
            abort(missing.get());
        }
        assertThat(laboratory.run(cell)).isNotEmpty();
    }
}
