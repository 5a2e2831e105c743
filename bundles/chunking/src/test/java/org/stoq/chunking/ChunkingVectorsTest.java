package org.stoq.chunking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.Digest;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;

/** The published figures of docs/spec/vectors/chunking.txt. */
class ChunkingVectorsTest {
    private static final Path FILE = Path.of("../../docs/spec/vectors/chunking.txt");

    private final Map<String, String> lines = lines();

    private static Map<String, String> lines() {
        try {
            return Files.readAllLines(FILE).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(" = ", 2))
                    .collect(
                            Collectors.toMap(
                                    line -> line[0],
                                    line -> line[1],
                                    (a, _) -> a,
                                    LinkedHashMap::new));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String line(String key) {
        return lines.getOrDefault(key, "no line " + key);
    }

    @Test
    void theTableOfGear() {
        Gear gear = Gear.ofSeed(FastCdcChunker.SEED);
        ByteBuffer table = ByteBuffer.allocate(256 * Long.BYTES);
        for (int octet = 0; octet < 256; octet++) {
            table.putLong(gear.of(octet));
        }
        assertThat(hex(gear.of(0))).isEqualTo(line("gear.0"));
        assertThat(hex(gear.of(1))).isEqualTo(line("gear.1"));
        assertThat(hex(gear.of(255))).isEqualTo(line("gear.255"));
        assertThat(sha256(table.array())).isEqualTo(line("gear.sha256"));
    }

    @Test
    void theHashesOfSixtyFourBytes() {
        byte[] counting = new byte[64];
        for (int i = 0; i < counting.length; i++) {
            counting[i] = (byte) i;
        }
        Gear gear = Gear.ofSeed(FastCdcChunker.SEED);
        RabinFingerprint print = new RabinFingerprint(RabinChunker.POLYNOMIAL);
        assertThat(hex(gear.at(counting, 64))).isEqualTo(line("gear.counting"));
        assertThat(hex(print.at(counting, 64))).isEqualTo(line("rabin.counting"));
        assertThat(hex(RabinChunker.POLYNOMIAL)).isEqualTo(line("rabin.polynomial"));
        Arrays.fill(counting, (byte) 0xFF);
        assertThat(hex(gear.at(counting, 64))).isEqualTo(line("gear.ones"));
        assertThat(hex(print.at(counting, 64))).isEqualTo(line("rabin.ones"));
    }

    @Test
    void theContent() {
        List<String> names = names("content.");
        assertThat(names).hasSizeGreaterThan(5);
        for (String name : names) {
            assertThat(sha256(content(line("content." + name))))
                    .as(name)
                    .isEqualTo(line("sha256." + name));
        }
    }

    @Test
    void theCutsOfFastCdc() {
        compareCuts(new FastCdcChunker(), ".cuts.", 9);
    }

    @Test
    void theCutsOfRabin() {
        compareCuts(new RabinChunker(), ".cuts.", 9);
    }

    @Test
    void whatASecretMakes(@TempDir Path folder) throws IOException {
        byte[] secret = HexFormat.of().parseHex(line("key.secret"));
        BoundaryKey key = new BoundaryKey(secret);
        assertThat(hex(Gear.ofKey(key).of(0))).isEqualTo(line("key.gear.0"));
        assertThat(hex(Gear.ofKey(key).of(255))).isEqualTo(line("key.gear.255"));
        assertThat(hex(RabinFingerprint.ofKey(key).polynomial()))
                .isEqualTo(line("key.rabin.polynomial"));
        String file = Files.write(folder.resolve("key"), secret).toString();
        compareCuts(new FastCdcChunker(Map.of("boundary_key", file)), ".keyed.", 3);
        compareCuts(new RabinChunker(Map.of("boundary_key", file)), ".keyed.", 3);
    }

    private void compareCuts(Chunker chunker, String kind, int lines) {
        List<String> cuts = names(chunker.name() + kind);
        assertThat(cuts).hasSizeGreaterThanOrEqualTo(lines);
        for (String cut : cuts) {
            String[] words = cut.split("\\.", -1);
            byte[] bytes = content(line("content." + words[1]));
            assertThat(lengths(chunker, bytes, sizes(words[0])))
                    .as(cut)
                    .isEqualTo(line(chunker.name() + kind + cut));
        }
    }

    private List<String> names(String prefix) {
        return lines.keySet().stream()
                .filter(key -> key.startsWith(prefix))
                .map(key -> key.substring(prefix.length()))
                .toList();
    }

    private static ChunkSizes sizes(String written) {
        String[] words = written.split("-", -1);
        return new ChunkSizes(
                Integer.parseInt(words[0]), Integer.parseInt(words[1]), Integer.parseInt(words[2]));
    }

    private static String lengths(Chunker chunker, byte[] bytes, ChunkSizes sizes) {
        StringBuilder text = new StringBuilder();
        int length;
        for (int at = 0; at < bytes.length; at += length) {
            length = chunker.cut(bytes, at, bytes.length, sizes);
            text.append(at == 0 ? "" : " ").append(length);
        }
        return text.toString();
    }

    /** Makes content of a line such as {@code random 1 1000 + zeros 500 + repeat 2 100 900}. */
    private static byte[] content(String line) {
        byte[] all = new byte[0];
        for (String part : line.split(" \\+ ", -1)) {
            String[] words = part.split(" ", -1);
            long[] numbers = Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray();
            byte[] made =
                    switch (words[0]) {
                        case "random" -> random(numbers[0], (int) numbers[1]);
                        case "zeros" -> new byte[(int) numbers[0]];
                        case "repeat" ->
                                repeat(random(numbers[0], (int) numbers[1]), (int) numbers[2]);
                        default -> throw new IllegalArgumentException(part);
                    };
            all = Arrays.copyOf(all, all.length + made.length);
            System.arraycopy(made, 0, all, all.length - made.length, made.length);
        }
        return all;
    }

    private static byte[] random(long seed, int length) {
        ByteBuffer words = ByteBuffer.allocate((length + 7) / 8 * 8).order(ByteOrder.LITTLE_ENDIAN);
        long state = seed;
        while (words.hasRemaining()) {
            state += 0x9E3779B97F4A7C15L;
            long z = (state ^ state >>> 30) * 0xBF58476D1CE4E5B9L;
            z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
            words.putLong(z ^ z >>> 31);
        }
        return Arrays.copyOf(words.array(), length);
    }

    private static byte[] repeat(byte[] pattern, int length) {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at++) {
            bytes[at] = pattern[at % pattern.length];
        }
        return bytes;
    }

    private static String hex(long value) {
        return HexFormat.of().toHexDigits(value);
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Digest.of(bytes).toBytes());
    }
}
