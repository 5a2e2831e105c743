package org.stoq.chunking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.testkit.SeededBytes;

/** What a secret changes in where is cut, and what it leaves. */
class BoundaryKeyTest {
    private static final byte[] BYTES = SeededBytes.random(1, 16 << 20);

    @TempDir private Path folder;

    private Map<String, Object> key(int seed) {
        Path file = folder.resolve("key" + seed);
        try {
            Files.write(file, SeededBytes.random(seed, 32));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return Map.of("boundary_key", file.toString());
    }

    private static Function<Map<String, Object>, Chunker> maker(String name) {
        return name.equals("rabin") ? RabinChunker::new : FastCdcChunker::new;
    }

    private static List<Integer> ends(Chunker chunker) {
        List<Integer> ends = new ArrayList<>();
        for (int at = 0; at < BYTES.length; ends.add(at)) {
            at += chunker.cut(BYTES, at, BYTES.length, ChunkSizes.STANDARD);
        }
        return ends;
    }

    @ParameterizedTest
    @ValueSource(strings = {"fastcdc", "rabin"})
    void theSameSecretCutsTheSameAndOthersElsewhere(String name) {
        var maker = maker(name);
        List<Integer> first = ends(maker.apply(key(1)));
        List<Integer> second = ends(maker.apply(key(2)));
        List<Integer> published = ends(maker.apply(Map.of()));

        assertThat(ends(maker.apply(key(1)))).isEqualTo(first);
        assertThat(shared(first, second)).isLessThanOrEqualTo(2);
        assertThat(shared(first, published)).isLessThanOrEqualTo(2);
    }

    /** The end of the content, which all have, is not counted. */
    private static int shared(List<Integer> some, List<Integer> others) {
        Set<Integer> both = new HashSet<>(some);
        both.retainAll(others);
        return both.size() - 1;
    }

    @ParameterizedTest
    @ValueSource(strings = {"fastcdc", "rabin"})
    void theSizesStayAsTheyAre(String name) {
        double published = ends(maker(name).apply(Map.of())).size();
        double all = 0;
        for (int seed = 0; seed < 8; seed++) {
            double chunks = ends(maker(name).apply(key(seed))).size();
            assertThat(chunks / published).isBetween(0.7, 1.4);
            all += chunks;
        }
        assertThat(all / 8 / published).isBetween(0.85, 1.15);
    }

    @Test
    void anotherKeyIsTakenOverWhileTheChunkerLives() {
        FastCdcChunker gear = new FastCdcChunker(Map.of());
        RabinChunker rabin = new RabinChunker(Map.of());

        gear.modified(key(1));
        rabin.modified(key(1));
        assertThat(ends(gear)).isEqualTo(ends(new FastCdcChunker(key(1))));
        assertThat(ends(rabin)).isEqualTo(ends(new RabinChunker(key(1))));

        gear.modified(Map.of());
        assertThat(ends(gear)).isEqualTo(ends(new FastCdcChunker()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fastcdc", "rabin"})
    void withoutAUsableSecretThereIsNoChunker(String name) throws IOException {
        Path missing = folder.resolve("missing");
        Path shortOne = Files.write(folder.resolve("short"), new byte[31]);
        for (Path file : List.of(missing, shortOne, folder)) {
            Map<String, Object> properties = Map.of("boundary_key", file.toString());
            assertThatThrownBy(() -> maker(name).apply(properties))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void aChangeToAnUnusableSecretLeavesTheOldOne() {
        FastCdcChunker chunker = new FastCdcChunker(key(1));
        List<Integer> before = ends(chunker);

        assertThatThrownBy(() -> chunker.modified(Map.of("boundary_key", "/nowhere/at/all")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(ends(chunker)).isEqualTo(before);
    }

    @Test
    void thePolynomialOfASecretIsIrreducible() {
        Set<Long> polynomials = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            long polynomial =
                    RabinFingerprint.ofKey(new BoundaryKey(SeededBytes.random(seed, 32)))
                            .polynomial();
            polynomials.add(polynomial);
            assertThat(hasFactorUpTo(polynomial, 1 << 12)).isFalse();
        }
        assertThat(polynomials).hasSize(50);
    }

    @Test
    void aProductIsToldFromAnIrreduciblePolynomial() {
        assertThat(RabinFingerprint.isIrreducible(RabinChunker.POLYNOMIAL)).isTrue();
        // x^53 + 1 has the factor x + 1; x^53 has x.
        assertThat(RabinFingerprint.isIrreducible(1L << 53 | 1)).isFalse();
        assertThat(RabinFingerprint.isIrreducible(1L << 53)).isFalse();
        int products = 0;
        for (long low = 3; low < 400; low += 2) {
            long product =
                    product(low, RabinChunker.POLYNOMIAL >>> (63 - Long.numberOfLeadingZeros(low)));
            if (63 - Long.numberOfLeadingZeros(product) == 53) {
                products++;
                assertThat(RabinFingerprint.isIrreducible(product)).as("%x", product).isFalse();
            }
        }
        assertThat(products).isGreaterThan(100);
    }

    private static boolean hasFactorUpTo(long polynomial, long limit) {
        for (long factor = 2; factor < limit; factor++) {
            long rest = polynomial;
            int degree = 63 - Long.numberOfLeadingZeros(factor);
            for (int bit = 63; bit >= degree; bit--) {
                if ((rest >>> bit & 1) == 1) {
                    rest ^= factor << (bit - degree);
                }
            }
            if (rest == 0) {
                return true;
            }
        }
        return false;
    }

    private static long product(long some, long other) {
        long product = 0;
        for (int bit = 0; bit < 32; bit++) {
            product ^= (some >>> bit & 1) == 1 ? other << bit : 0;
        }
        return product;
    }
}
