package org.stoq.sdk.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
    @ParameterizedTest
    @CsvSource({
        "abc, abc, 0",
        "abc, acb, 1",
        "abc, ab, 1",
        "ab, abc, 1",
        "abc, xbc, 1",
        "'', ab, 2"
    })
    void countsEdits(String a, String b, int edits) {
        assertThat(Spelling.distance(a, b)).isEqualTo(edits);
    }

    @Test
    void findsTheNearestWord() {
        List<String> keys = List.of("cache_size", "cache_policy", "store");

        assertThat(Spelling.nearest("chache_size", keys)).contains("cache_size");
        assertThat(Spelling.nearest("cachesize", keys)).contains("cache_size");
    }

    @Test
    void suggestsNothingFarFetched() {
        assertThat(Spelling.nearest("colour", List.of("store", "cache_size"))).isEmpty();
        assertThat(Spelling.nearest("x", List.of("store"))).isEmpty();
    }
}
