package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.quic.SslSessionTicketKey;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class TicketKeysTest {
    private static final long AGE = TicketKeys.AGE.toNanos();

    private final TicketKeys keys = new TicketKeys(new SecureRandom(), 0);

    @Test
    void keepsItsKeyUntilItIsOld() {
        SslSessionTicketKey first = keys.keys()[0];
        assertThat(keys.rotate(AGE - 1)).isFalse();
        assertThat(keys.keys()).containsExactly(first);
    }

    @Test
    void opensWhatTheKeyBeforeHasSealedAndNotTheOneBeforeThat() {
        SslSessionTicketKey first = keys.keys()[0];
        assertThat(keys.rotate(AGE)).isTrue();
        SslSessionTicketKey second = keys.keys()[0];
        assertThat(second).isNotEqualTo(first);
        assertThat(keys.keys()).containsExactly(second, first);

        assertThat(keys.rotate(2 * AGE)).isTrue();
        assertThat(keys.keys()).hasSize(2).doesNotContain(first).contains(second);
    }

    @Test
    void forgetsAKeyThatNobodyLookedAtForTooLong() {
        assertThat(keys.rotate(2 * AGE)).isTrue();
        assertThat(keys.keys()).hasSize(1);
    }
}
