package org.stoq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stoq.chunking.FastCdcChunker;
import org.stoq.chunking.Lz4Compressor;
import org.stoq.chunking.RabinChunker;
import org.stoq.chunking.ZstdCompressor;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.similarity.SketchIndex;
import org.stoq.similarity.ZstdDelta;
import org.stoq.testkit.SeededBytes;

/** {@code stoq chunk stat}, with the chunkers as a distribution has them. */
class ChunkStatCommandTest {
    @TempDir private Path folder;
    private Trial trial;

    /** A chunker of a plug-in: half of the longest chunk each time. */
    public static final class HalfChunker implements Chunker {
        @Override
        public String name() {
            return "half";
        }

        @Override
        public int cut(byte[] bytes, int from, int to, ChunkSizes sizes) {
            return Math.min(to - from, sizes.maximum() / 2);
        }
    }

    /** Asks for something that nobody gives it here. */
    public static final class NeedyChunker implements Chunker {
        private final String name;

        public NeedyChunker(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int cut(byte[] bytes, int from, int to, ChunkSizes sizes) {
            return to - from;
        }
    }

    @BeforeEach
    void begin() throws IOException, URISyntaxException {
        trial = new Trial(folder);
        Path bundles = Files.createDirectories(folder.resolve("dist/bundles"));
        bundle(
                bundles.resolve("stoq-chunking.jar"),
                List.of(FastCdcChunker.class, RabinChunker.class),
                "org.stoq.sdk.chunk.Chunker",
                List.of(ZstdCompressor.class, Lz4Compressor.class),
                "org.stoq.sdk.chunk.Compressor");
        bundle(
                bundles.resolve("stoq-similarity.jar"),
                List.of(SketchIndex.class),
                "org.stoq.sdk.chunk.SimilarityIndex",
                List.of(ZstdDelta.class),
                "org.stoq.sdk.chunk.DeltaCompressor");
        trial.distribution = Optional.of(folder.resolve("dist"));
    }

    /** A jar with descriptions of components as bnd writes them; the classes are on the path. */
    private static void bundle(
            Path jar, List<Class<?>> some, String spi, List<Class<?>> others, String otherSpi)
            throws IOException {
        Manifest manifest = new Manifest();
        StringBuilder names = new StringBuilder();
        for (Class<?> type : some) {
            names.append(names.isEmpty() ? "" : ",").append(entry(type));
        }
        for (Class<?> type : others) {
            names.append(',').append(entry(type));
        }
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Service-Component", names.toString());
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            for (Class<?> type : some) {
                describe(out, type, spi);
            }
            for (Class<?> type : others) {
                describe(out, type, otherSpi);
            }
        }
    }

    private static String entry(Class<?> type) {
        return "OSGI-INF/" + type.getName() + ".xml";
    }

    private static void describe(JarOutputStream out, Class<?> type, String spi)
            throws IOException {
        out.putNextEntry(new JarEntry(entry(type)));
        out.write(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="%s">
                  <service><provide interface="%s"/></service>
                  <implementation class="%s"/>
                </scr:component>
                """
                        .formatted(type.getName(), spi, type.getName())
                        .getBytes(StandardCharsets.UTF_8));
    }

    private Path file(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        return Files.write(file, bytes);
    }

    @Test
    void countsBytesChunksAndWhatIsLeftOfThem() throws IOException {
        byte[] content = SeededBytes.random(1, 3_000_000);
        file("one", content);
        file("two", content);

        JsonNode result = trial.json("chunk", "stat", "one", "two");
        assertThat(result.get("bytes").asLong()).isEqualTo(6_000_000);
        assertThat(result.get("unique_bytes").asLong()).isEqualTo(3_000_000);
        assertThat(result.get("stored_bytes").asLong()).isEqualTo(3_000_000);
        assertThat(result.get("ratio").asDouble()).isEqualTo(2.0);
        assertThat(result.get("files").asLong()).isEqualTo(2);
        assertThat(result.get("chunks").asLong())
                .isEqualTo(2 * result.get("unique_chunks").asLong())
                .isGreaterThan(40);
        assertThat(trial.output()).matches("(?s).*\"bytes\":.*\"gb_per_s\":\\{[^}]*}}\\n");
    }

    @Test
    void everyStageHasItsSpeed() throws IOException {
        file("one", SeededBytes.words(1, 20_000_000));

        JsonNode speeds = trial.json("chunk", "stat", "one").get("gb_per_s");
        assertThat(speeds.get("scan").asDouble()).isPositive();
        assertThat(speeds.get("hash").asDouble()).isPositive();
        assertThat(speeds.get("total").asDouble())
                .isPositive()
                .isLessThan(speeds.get("scan").asDouble())
                .isLessThan(speeds.get("hash").asDouble());
    }

    @Test
    void cutsAsTheChunkerThatIsNamed() throws IOException {
        byte[] content = SeededBytes.random(2, 5_000_000);
        file("one", content);
        for (Chunker chunker : List.of(new FastCdcChunker(), new RabinChunker())) {
            int chunks = 0;
            for (int at = 0; at < content.length; chunks++) {
                at += chunker.cut(content, at, content.length, ChunkSizes.STANDARD);
            }
            JsonNode result = trial.json("chunk", "stat", "one", "--chunker", chunker.name());
            assertThat(result.get("chunks").asInt()).isEqualTo(chunks);
            assertThat(result.get("chunker").asText()).isEqualTo(chunker.name());
        }
    }

    @Test
    void compressesAsItIsTold() throws IOException {
        file("one", SeededBytes.words(3, 2_000_000));

        long none = stored("--compression", "none");
        long lz4 = stored("--compression", "lz4");
        long fast = stored("--compression", "zstd", "--zstd-level", "1");
        long slow = stored("--compression", "zstd", "--zstd-level", "19");
        assertThat(none).isEqualTo(2_000_000);
        assertThat(lz4).isLessThan(none);
        assertThat(fast).isLessThan(lz4);
        assertThat(slow).isLessThan(fast);
        assertThat(stored()).isEqualTo(stored("--compression", "zstd"));
    }

    private long stored(String... options) {
        String[] line = new String[options.length + 3];
        line[0] = "chunk";
        line[1] = "stat";
        line[2] = "one";
        System.arraycopy(options, 0, line, 3, options.length);
        return trial.json(line).get("stored_bytes").asLong();
    }

    @Test
    void whatResemblesAnEarlierChunkIsKeptAsItsDifference() throws IOException {
        byte[] content = SeededBytes.words(12, 3_000_000);
        file("one", content);
        // A word here and there is another, three times in a row: differences of differences.
        for (String next : List.of("two", "three", "four")) {
            for (int at = next.length() * 1_000; at < content.length; at += 20_000) {
                content[at] ^= 1;
            }
            file(next, content);
        }
        JsonNode alone =
                trial.json("chunk", "stat", "one", "two", "three", "four", "--no-similarity");
        JsonNode similar = trial.json("chunk", "stat", "one", "two", "three", "four");

        assertThat(alone.get("similarity").asBoolean()).isFalse();
        assertThat(similar.get("similarity").asBoolean()).isTrue();
        assertThat(similar.get("unique_bytes")).isEqualTo(alone.get("unique_bytes"));
        assertThat(similar.get("stored_bytes").asLong())
                .isLessThan(alone.get("stored_bytes").asLong() / 2);
        assertThat(stored()).isEqualTo(stored("--no-similarity"));
    }

    @Test
    void aBoundaryKeyMovesTheBoundaries() throws IOException {
        file("one", SeededBytes.random(4, 8_000_000));
        file("key", SeededBytes.random(5, 32));

        int published = trial.json("chunk", "stat", "one").get("chunks").asInt();
        int keyed =
                trial.json("chunk", "stat", "one", "--boundary-key", "key").get("chunks").asInt();
        assertThat(keyed).isNotEqualTo(published);

        file("key", new byte[31]);
        assertThat(trial.run("chunk", "stat", "one", "--boundary-key", "key")).isEqualTo(2);
        assertThat(trial.errors()).contains("31 bytes where 32");
    }

    @Test
    void aPersonSeesARowForEachPathAndOneForAll() throws IOException {
        file("a/x", SeededBytes.random(6, 100_000));
        file("a/b/y", SeededBytes.random(7, 100_000));
        file("two", SeededBytes.random(6, 100_000));

        assertThat(trial.run("chunk", "stat", "a", "two")).isZero();
        assertThat(trial.output().lines().map(line -> line.split(" +", 2)[0]))
                .containsExactly("path", "a", "two", "all", "scan");
        assertThat(trial.output()).containsPattern("two .* 0 B +0 B");
        assertThat(trial.json("chunk", "stat", "two", "two").get("ratio").asDouble()).isEqualTo(2);
    }

    @Test
    void pluginsOfAFolderCanBeChosenAndWhatTheyLackIsSaid() throws IOException {
        file("one", SeededBytes.random(8, 2 << 20));
        Files.createDirectories(folder.resolve("plugins"));
        bundle(
                folder.resolve("plugins/half.jar"),
                List.of(HalfChunker.class, NeedyChunker.class),
                Chunker.class.getName(),
                List.of(),
                "");

        assertThat(trial.run("chunk", "stat", "one", "--chunker", "half")).isEqualTo(2);
        assertThat(trial.errors()).contains("no chunker is called 'half'", "fastcdc, rabin");

        JsonNode result =
                trial.json("chunk", "stat", "one", "--chunker", "half", "--plugins", "plugins");
        assertThat(result.get("chunks").asInt()).isEqualTo(4);
        assertThat(trial.errors()).contains("half.jar").contains("NeedyChunker");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "chunk stat missing | 3 | there is no file",
                "chunk stat nothing | 1 | not one byte",
                "chunk stat empty | 1 | not one byte",
                "chunk stat loop | 1 | loop",
                "chunk stat one --chunker mine | 2 | no chunker is called 'mine'",
                "chunk stat one --compression best | 2 | auto, lz4, none, zstd",
                "chunk stat one --zstd-level 20 | 2 | 20 is not possible",
                "chunk stat one --zstd-level 0 | 2 | 0 is not possible",
                "chunk stat one --plugins missing | 3 | missing",
                "chunk stat one --boundary-key missing | 2 | cannot be read",
                "chunk stat | 2 | PATH",
            })
    void whatCannotBeDoneIsSaidInOneLine(String line, int exit, String reason) throws IOException {
        file("one", new byte[10]);
        file("empty", new byte[0]);
        Files.createDirectories(folder.resolve("nothing"));
        Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));

        assertThat(trial.run(line.split(" ", -1))).isEqualTo(exit);
        assertThat(trial.errors()).startsWith("stoq: ").contains(reason);
        assertThat(trial.output()).isEmpty();
    }

    @Test
    void linksInAFolderAreNotFollowedAndANamedOneIs() throws IOException {
        file("a/x", SeededBytes.random(9, 50_000));
        Files.createSymbolicLink(folder.resolve("a/again"), Path.of("x"));
        Files.createSymbolicLink(folder.resolve("a/round"), Path.of("."));
        Files.createSymbolicLink(folder.resolve("named"), Path.of("a/x"));

        assertThat(trial.json("chunk", "stat", "a").get("bytes").asLong()).isEqualTo(50_000);
        assertThat(trial.json("chunk", "stat", "named").get("bytes").asLong()).isEqualTo(50_000);
    }

    @Test
    void aFileThatCannotBeReadIsLeftOutAndSaid() throws IOException {
        file("a/good", SeededBytes.random(10, 1_000));
        Path secret = file("a/secret", SeededBytes.random(11, 1_000));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
        assumeThat(Files.isReadable(secret)).as("not run by the superuser").isFalse();

        JsonNode result = trial.json("chunk", "stat", "a");
        assertThat(result.get("bytes").asLong()).isEqualTo(1_000);
        assertThat(result.get("skipped").get(0).asText()).contains("secret", "no permission");
        assertThat(trial.run("chunk", "stat", "a")).isEqualTo(1);
    }

    @Test
    void withoutADistributionThereIsNothingThatCuts() throws IOException {
        file("one", new byte[10]);
        trial.distribution = Optional.empty();

        assertThat(trial.run("chunk", "stat", "one")).isEqualTo(1);
        assertThat(trial.errors()).contains("folder of the distribution");
    }
}
