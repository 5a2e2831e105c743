package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples of {@code docs/testing.md} compile as they stand there, and those that are whole
 * pass.
 */
class TestingGuideTest {
    private static final Path GUIDE = Path.of("../../docs/testing.md");
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```java\n(.*?)```");
    private static final Pattern NAME = Pattern.compile("(?m)^(?:abstract )?class (\\w+)");

    @TempDir private Path folder;

    @TestFactory
    Stream<DynamicTest> anExampleOfTheGuideWorks() throws Exception {
        List<String> examples =
                EXAMPLE.matcher(Files.readString(GUIDE))
                        .results()
                        .map((MatchResult found) -> found.group(1))
                        .toList();
        assertThat(examples).hasSize(4);
        return examples.stream()
                .map(source -> DynamicTest.dynamicTest(name(source), () -> works(source)));
    }

    private static String name(String source) {
        Matcher name = NAME.matcher(source);
        assertThat(name.find()).isTrue();
        return name.group(1);
    }

    private void works(String source) throws Exception {
        compile(Files.writeString(folder.resolve(name(source) + ".java"), source));
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            Class<?> tests = loader.loadClass(name(source));
            if (!Modifier.isAbstract(tests.getModifiers())) {
                ContractRun run = ContractRun.of(tests);
                assertThat(run.failed()).isEmpty();
                assertThat(run.passed()).isNotEmpty();
            }
        }
    }

    private void compile(Path source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options =
                List.of(
                        "-d",
                        folder.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-proc:none",
                        "-Xlint:all");
        boolean compiled =
                compiler.getTask(
                                messages,
                                null,
                                null,
                                options,
                                null,
                                compiler.getStandardFileManager(null, null, null)
                                        .getJavaFileObjects(source))
                        .call();
        assertThat(compiled).as(messages.toString()).isTrue();
    }
}
