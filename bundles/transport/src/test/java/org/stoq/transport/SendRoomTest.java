package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendRoomTest {
    private final SendRoom room = new SendRoom();

    private void open(int streams) {
        for (int i = 0; i < streams; i++) {
            room.opened();
        }
    }

    @Test
    void fewStreamsHaveAllTheyNeed() {
        assertThat(room.perStream()).isEqualTo(1 << 20);
        open(16);
        assertThat(room.perStream()).isEqualTo(1 << 20);
        open(1);
        assertThat(room.perStream()).isLessThan(1 << 20);
    }

    @Test
    void manyShareWhatTheConnectionMayHold() {
        open(256);
        assertThat(room.perStream()).isEqualTo(64 << 10);
        for (int streams = 257; streams <= 1_024; streams++) {
            open(1);
            assertThat((long) room.perStream() * streams)
                    .isLessThanOrEqualTo(SendRoom.CONNECTION_BYTES);
        }
        assertThat(room.perStream()).isEqualTo(SendRoom.LEAST_BYTES);
        open(1);
        assertThat(room.perStream()).isEqualTo(SendRoom.LEAST_BYTES);
    }

    @Test
    void whoeverGoesLeavesItsShareToTheOthers() {
        open(32);
        assertThat(room.perStream()).isEqualTo(512 << 10);
        for (int i = 0; i < 16; i++) {
            room.closed();
        }
        assertThat(room.perStream()).isEqualTo(1 << 20);
    }
}
