package org.stoq.sdk.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

class FrameHeaderTest {
    @ParameterizedTest
    @EnumSource(FrameType.class)
    void theLongestPayloadOfATypeIsTaken(FrameType type) throws StoqException {
        FrameHeader header = new FrameHeader(type, 4, type.maxPayloadBytes());

        assertThat(FrameHeader.read(written(header))).isEqualTo(header);
    }

    @ParameterizedTest
    @EnumSource(FrameType.class)
    void aByteMoreIsMalformedBeforeItIsRead(FrameType type) {
        int tooLong = type.maxPayloadBytes() + 1;
        if (tooLong > Frame.MAX_PAYLOAD_BYTES) {
            assertThat(type.maxPayloadBytes()).isEqualTo(Frame.MAX_PAYLOAD_BYTES);
            return;
        }
        ByteBuffer header = written(new FrameHeader(type, 4, tooLong));

        StoqException refusal =
                catchThrowableOfType(StoqException.class, () -> FrameHeader.read(header));

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.FRAME_MALFORMED);
    }

    private static ByteBuffer written(FrameHeader header) {
        ByteBuffer buffer = ByteBuffer.allocate(Frame.HEADER_BYTES);
        header.write(buffer);
        return buffer.flip();
    }
}
