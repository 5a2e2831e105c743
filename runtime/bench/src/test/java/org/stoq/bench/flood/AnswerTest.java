package org.stoq.bench.flood;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class AnswerTest {
    /** RFC 9001, appendix A.4, but with an id of eight bytes where the client has none there. */
    private static final String RETRY =
            "ff00000001"
                    + "080000000000000007"
                    + "08f067a5502a4262b5"
                    + "746f6b656e"
                    + "04a265ba2eff4d829058fb3f0f2496ba";

    private static Answer of(String hex) {
        return Answer.of(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    @Test
    void aRetryTellsItsTokenAndWhatTheServerIsCalledFromNowOn() {
        Answer answer = of(RETRY);

        assertThat(answer.retry()).isTrue();
        assertThat(answer.flow()).isEqualTo(7);
        assertThat(answer.serverId()).isEqualTo(HexFormat.of().parseHex("f067a5502a4262b5"));
        assertThat(new String(answer.token(), java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("token");
    }

    @Test
    void otherPacketsTellTheirHandshake() {
        Answer initial = of("c000000001" + "080000000000000009" + "021234" + "00".repeat(30));
        assertThat(initial.retry()).isFalse();
        assertThat(initial.flow()).isEqualTo(9);
        assertThat(initial.token()).isEmpty();
        Answer shortHeader = of("40" + "000000000000000b" + "00".repeat(30));
        assertThat(shortHeader.flow()).isEqualTo(11);
        assertThat(shortHeader.retry()).isFalse();
    }

    @Test
    void whatIsNotForUsOrTooShortBelongsToNothing() {
        assertThat(of("c00000000104deadbeef02123400000000000000").flow()).isEqualTo(Answer.UNKNOWN);
        for (int length = 0; length < 24; length++) {
            String cut = RETRY.substring(0, 2 * length);
            assertThat(of(cut).flow()).as(cut).isEqualTo(Answer.UNKNOWN);
        }
        assertThat(of(RETRY.substring(0, 2 * 38)).flow())
                .as("without a whole tag")
                .isEqualTo(Answer.UNKNOWN);
        assertThat(of(RETRY.substring(0, 2 * 39)).token()).isEmpty();
    }

    @Test
    void theBufferIsLeftAsItIs() {
        ByteBuffer datagram = ByteBuffer.wrap(HexFormat.of().parseHex("00" + RETRY)).position(1);
        assertThat(Answer.of(datagram).flow()).isEqualTo(7);
        assertThat(datagram.position()).isEqualTo(1);
    }
}
