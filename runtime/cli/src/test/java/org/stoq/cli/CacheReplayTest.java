package org.stoq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code stoq cache replay}, from the command line to the file that it draws. */
class CacheReplayTest {
    private static final String REPLAY = "cache replay --trace day.csv --size ";

    @TempDir private Path folder;
    private Trial trial;

    @BeforeEach
    void begin() throws IOException {
        trial = new Trial(folder);
        StringBuilder text = new StringBuilder("time,id,size\n");
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 4_000; i++) {
            int id = (int) (500 * Math.pow(random.nextDouble(), 3));
            text.append("%d,%d,%d%n".formatted(i, id, 100 + id));
        }
        Files.writeString(folder.resolve("day.csv"), text);
    }

    private int run(String line) {
        return trial.run(line.split(" ", -1));
    }

    private JsonNode json(String line) {
        return trial.json(line.split(" ", -1));
    }

    @Test
    void everyPolicyIsReplayedAtEverySize() {
        JsonNode result = json(REPLAY + "10KB,10%,50obj");

        assertThat(result.get("requests").asLong()).isEqualTo(4_000);
        assertThat(result.get("results")).hasSize(3 * 8);
        List<String> policies = new ArrayList<>();
        result.get("results").forEach(one -> policies.add(one.get("policy").asText()));
        assertThat(policies.subList(0, 8))
                .containsExactly(
                        "lru", "lfu", "s3fifo", "sieve", "gdsf", "wtinylfu", "adaptive", "belady");
        JsonNode first = result.get("results").get(0);
        assertThat(first.get("size").asLong()).isEqualTo(10_000);
        assertThat(first.get("unit").asText()).isEqualTo("bytes");
        assertThat(first.get("object_miss").asDouble()).isBetween(0.1, 0.9);
        assertThat(first.get("byte_miss").asDouble()).isBetween(0.1, 1.0);
        assertThat(result.get("results").get(16).get("unit").asText()).isEqualTo("objects");
        assertThat(trial.errors()).isEmpty();
    }

    @Test
    void aPersonGetsATable() {
        assertThat(run(REPLAY + "50obj --policy lru,belady,belady-size")).isZero();

        assertThat(trial.output())
                .contains("day.csv: 4,000 requests for ")
                .containsPattern("policy +size +object miss +byte miss")
                .containsPattern("lru +50 objects +0\\.\\d{4} +0\\.\\d{4}")
                .containsPattern("belady-size +50 objects");
    }

    @Test
    void theSameIsSaidTwiceAndWithOneThreadToo() {
        JsonNode first = json(REPLAY + "5%,50obj --policy lru,wtinylfu,belady-size");

        assertThat(json(REPLAY + "5%,50obj --policy lru,wtinylfu,belady-size --parallel 1"))
                .isEqualTo(first);
    }

    @Test
    void whoWatchesSeesABar() {
        trial.onTerminal = true;
        assertThat(run(REPLAY + "50obj --policy lru")).isZero();
        assertThat(trial.errors()).contains("read  ").contains("replay  ");

        assertThat(run(REPLAY + "50obj --policy lru --no-progress")).isZero();
        assertThat(trial.errors()).isEmpty();
    }

    @Test
    void missesAreDrawnOverTheSize() throws IOException {
        assertThat(run(REPLAY + "1%,10% --policy lru,gdsf --plot day.svg")).isZero();
        assertThat(folder.resolve("day.svg"))
                .content()
                .contains("<polyline", ">lru<", ">gdsf<", "4,000 requests");

        assertThat(run(REPLAY + "1% --policy lru --plot day.png")).isZero();
        assertThat(Files.readAllBytes(folder.resolve("day.png"))).startsWith(0x89, 'P', 'N', 'G');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--size 1MB --policy lru,nobody | 2 | there is no policy 'nobody' | s3fifo, sieve",
                "--size 0 | 2 | '0' is a cache for nothing | 687obj",
                "--size many | 2 | 'many' is not a size | 64MB",
                "--size 1MB --parallel 0 | 2 | --parallel is from 1 to 128, not 0 |",
                "--size 1MB --parallel 129 | 2 | --parallel is from 1 to 128, not 129 |",
                "--size 1MB --plugins none.jar | 3 | none.jar |",
                "--size 1MB --plugins day.csv | 1 | day.csv is no jar | docs/plugin-guide.md",
                "--policy lru | 2 | --size | --help",
            })
    void whatMakesNoSenseIsRefusedWithAHint(String rest, int exit, String reason, String hint) {
        assertThat(run("cache replay --trace day.csv " + rest)).isEqualTo(exit);
        assertThat(trial.errors()).contains(reason).contains(hint == null ? "" : hint);
        assertThat(trial.output()).isEmpty();
    }

    @Test
    void aTraceThatIsNotThereIsExitThreeAndOneThatIsNoneExitOne() throws IOException {
        assertThat(run("cache replay --trace none.csv --size 1MB")).isEqualTo(3);

        Files.writeString(folder.resolve("bad.csv"), "0,1,2\n1,2,three\n");
        assertThat(run("cache replay --trace bad.csv --size 1MB --json")).isEqualTo(1);
        assertThat(trial.errors()).contains("TRACE_INVALID", "line 2", "three");
    }

    @Test
    void objectsWithoutBytesCanBeCountedOnly() throws IOException {
        Files.writeString(folder.resolve("day.csv"), "0,1,0\n1,2,0\n2,1,0\n");

        assertThat(run(REPLAY + "1MB")).isEqualTo(1);
        assertThat(trial.errors()).contains("line 1: an object of 0 bytes", "--size 687obj");
        JsonNode result = json(REPLAY + "2obj --policy lru").get("results").get(0);
        assertThat(result.get("object_miss").asDouble()).isEqualTo(2 / 3.0);
        assertThat(result.has("byte_miss")).isFalse();
    }

    @Test
    void sizesThatChangeAreToldOf() throws IOException {
        Files.writeString(folder.resolve("day.csv"), "0,1,5\n1,1,6\n2,2,3000000000\n");

        assertThat(run(REPLAY + "1MB --policy lru")).isZero();
        assertThat(trial.errors())
                .contains("warning: 1 requests name another size")
                .contains("warning: 1 objects are larger than 2 GiB - 1");
    }

    @Test
    void aPlugInIsReplayedBesideTheBuiltInOnes() throws Exception {
        Path jar = plugin("mine", "mine.jar");

        assertThat(run(REPLAY + "50obj --policy lru,mine --plugins " + jar.getFileName())).isZero();
        assertThat(trial.output()).containsPattern("mine +50 objects +0\\.\\d{4}");
        assertThat(run(REPLAY + "50obj --policy mine --plugins .")).isZero();

        assertThat(run(REPLAY + "50obj --policy mine")).isEqualTo(2);
        assertThat(trial.errors()).contains("there is no policy 'mine'");
    }

    @Test
    void twoPoliciesOfOneNameAreRefused() throws Exception {
        plugin("lru", "other.jar");

        assertThat(run(REPLAY + "50obj --plugins other.jar")).isEqualTo(2);
        assertThat(trial.errors()).contains("there are two policies 'lru'");
    }

    @Test
    void aPolicyThatLiesEndsTheReplayByName() throws Exception {
        plugin("liar", "liar.jar");

        assertThat(run(REPLAY + "50obj --policy liar --plugins liar.jar")).isEqualTo(1);
        assertThat(trial.errors()).contains("the policy 'liar' has failed", "names no victim");
    }

    @Test
    void aJarWithoutAPolicyIsSaidToBeThat() throws Exception {
        jar(folder.resolve("empty.jar"), "", new byte[0]);

        assertThat(run(REPLAY + "50obj --plugins empty.jar")).isEqualTo(1);
        assertThat(trial.errors()).contains("empty.jar has no cache policy");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<component>",
                "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><component>&e;</component>",
                "<!DOCTYPE component><component/>",
            })
    void aDescriptionThatIsNoneIsSaidToBeThat(String description) throws Exception {
        jar(folder.resolve("odd.jar"), description);

        assertThat(run(REPLAY + "50obj --plugins odd.jar")).isEqualTo(1);
        assertThat(trial.errors()).contains("odd.jar describes its components wrongly");
    }

    /** Compiles a policy that evicts nothing if it is called {@code liar}, else at random. */
    private Path plugin(String name, String file) throws IOException {
        String source =
                """
                package com.example;
                import java.util.*;
                import org.stoq.sdk.Digest;
                import org.stoq.sdk.cache.*;
                public class Mine implements CachePolicy {
                    public String name() { return "NAME"; }
                    public EvictionOrder start(long capacity) {
                        Set<Digest> keys = new LinkedHashSet<>();
                        return new EvictionOrder() {
                            public void admitted(Digest key, int weight, long now) { keys.add(key); }
                            public void hit(Digest key, long now) {}
                            public void removed(Digest key) { keys.remove(key); }
                            public Optional<Digest> victim() {
                                return name().equals("liar")
                                        ? Optional.empty() : keys.stream().findFirst();
                            }
                            public List<Digest> coldestFirst() { return List.copyOf(keys); }
                        };
                    }
                }
                """
                        .replace("NAME", name);
        Path work = Files.createTempDirectory(folder, "plugin");
        Path java = Files.writeString(work.resolve("Mine.java"), source);
        assertThat(
                        ToolProvider.getSystemJavaCompiler()
                                .run(
                                        null,
                                        OutputStream.nullOutputStream(),
                                        null,
                                        "-proc:none",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        "-d",
                                        work.toString(),
                                        java.toString()))
                .isZero();
        List<byte[]> classes = new ArrayList<>();
        classes.add(Files.readAllBytes(work.resolve("com/example/Mine.class")));
        classes.add(Files.readAllBytes(work.resolve("com/example/Mine$1.class")));
        return jar(
                folder.resolve(file),
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="mine">
                  <service>
                    <provide interface="org.stoq.sdk.cache.CachePolicy"/>
                  </service>
                  <implementation class="com.example.Mine"/>
                </scr:component>
                """,
                classes.getFirst(),
                classes.getLast());
    }

    private static Path jar(Path file, String component, byte[]... classes) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Service-Component", "OSGI-INF/mine.xml");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            if (!component.isEmpty()) {
                out.putNextEntry(new ZipEntry("OSGI-INF/mine.xml"));
                out.write(component.getBytes(StandardCharsets.UTF_8));
                String[] names = {"com/example/Mine.class", "com/example/Mine$1.class"};
                for (int i = 0; i < classes.length; i++) {
                    out.putNextEntry(new ZipEntry(names[i]));
                    out.write(classes[i]);
                }
            }
        }
        return file;
    }
}
