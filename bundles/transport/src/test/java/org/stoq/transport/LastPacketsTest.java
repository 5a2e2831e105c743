package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class LastPacketsTest {
    private final LastPackets packets = new LastPackets(UnpooledByteBufAllocator.DEFAULT);

    private void take(int count) {
        for (int i = 0; i < count; i++) {
            packets.directBuffer(1).release();
        }
    }

    @Test
    void anOpenConnectionHasAsManyBuffersAsItWants() {
        take(LastPackets.MAX_PACKETS + 1);
        assertThat(packets.isDirectBufferPooled()).isFalse();
    }

    @Test
    void oneThatClosesHasSoManyAndNoMore() {
        packets.begin();
        take(LastPackets.MAX_PACKETS);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> packets.directBuffer(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("without end");
        }
    }
}
