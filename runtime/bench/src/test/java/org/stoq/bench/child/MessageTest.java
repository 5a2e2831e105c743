package org.stoq.bench.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MessageTest {
    @Test
    void whatIsWrittenIsRead() {
        Message message =
                Message.of("failed")
                        .with("reason", "a b=c\nd ü %")
                        .with("nanos", 5L)
                        .with("no", "");

        assertThat(message.line()).doesNotContain("\n");
        assertThat(Message.parse(message.line())).isEqualTo(message);
        assertThat(message.number("nanos")).isEqualTo(5);
        assertThat(Message.parse("stop")).isEqualTo(Message.of("stop"));
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> Message.of("ready").text("port"))
                .hasMessageContaining("port")
                .hasMessageContaining("ready");
    }

    @Test
    void anythingElseIsRefused() {
        assertThatThrownBy(() -> Message.parse("WARNING: something"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
