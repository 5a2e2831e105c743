package org.stoq.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ContenderSpecTest {
    @ParameterizedTest
    @EnumSource
    void everyContenderIsFoundByItsName(Kind kind) {
        assertThat(ContenderSpec.parse(kind.label()).kind()).isEqualTo(kind);
    }

    @Test
    void settingsKeepTheirOrder() {
        String text = "netty-tuned:segments=8:congestion=reno:reads=4";

        assertThat(ContenderSpec.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "nety, no contender is called 'nety'",
        "netty-tuned:segment=8, has no setting 'segment'",
        "netty-tuned:segments, needs a value",
        "netty-tuned:segments=, needs a value",
        "'', no contender is called ''",
    })
    void saysWhatIsWrong(String text, String message) {
        assertThatThrownBy(() -> ContenderSpec.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void numbersHaveTheirRange() {
        ContenderSpec spec = ContenderSpec.parse("netty-tuned:segments=8:reads=x");

        assertThat(spec.number("segments", 1, 8, 5)).isEqualTo(8);
        assertThat(spec.number("window", 1, 8, 5)).isEqualTo(5);
        assertThatThrownBy(() -> spec.number("segments", 1, 7, 5)).hasMessageContaining("1 to 7");
        assertThatThrownBy(() -> spec.number("segments", 9, 10, 9)).hasMessageContaining("9 to 10");
        assertThatThrownBy(() -> spec.number("reads", 1, 7, 5)).hasMessageContaining("reads=x");
    }
}
