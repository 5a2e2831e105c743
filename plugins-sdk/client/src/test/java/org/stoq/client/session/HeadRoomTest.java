package org.stoq.client.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

@Timeout(20)
class HeadRoomTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(20);

    @Test
    void asMuchAsThereIsIsGivenAndNotOneByteMore() throws Exception {
        HeadRoom room = new HeadRoom(1_024, SHORT);
        try (var _ = room.take(HeadRoom.BYTES - 1);
                var _ = room.take(1)) {
            assertThat(codeOf(room, 1)).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        }
        room.take(HeadRoom.BYTES).close();
    }

    @Test
    void theLongestHeadThatIsAllowedHasRoom() throws Exception {
        HeadRoom room = new HeadRoom(1 << 20, SHORT);
        room.take(1 << 20).close();
        // With the length before it a frame may be a little longer.
        room.take((1 << 20) + 8).close();
    }

    @Test
    void whoWaitsGoesOnWhenRoomIsGivenBack() throws Exception {
        HeadRoom room = new HeadRoom(1_024, LONG);
        HeadRoom.Place all = room.take(HeadRoom.BYTES);
        FutureTask<Boolean> waiting = startTaking(room);

        all.close();

        assertThat(waiting.get()).isTrue();
    }

    @Test
    void oneBlockAtATimeGoesOn() throws Exception {
        HeadRoom room = new HeadRoom(1_024, SHORT);
        try (var _ = room.takeTurn()) {
            StoqException late = catchThrowableOfType(StoqException.class, room::takeTurn);
            assertThat(late.code()).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
            room.take(1).close();
        }
        room.takeTurn().close();
    }

    @Test
    void nobodyWaitsForASessionThatIsOver() throws Exception {
        HeadRoom room = new HeadRoom(1_024, LONG);
        try (var _ = room.take(HeadRoom.BYTES);
                var _ = room.takeTurn()) {
            FutureTask<Boolean> waiting = startTaking(room);

            room.end();

            assertThat(waiting.get()).isTrue();
            room.takeTurn().close();
        }
    }

    @Test
    void anInterruptGivesUp() throws Exception {
        HeadRoom room = new HeadRoom(1_024, LONG);
        try (var _ = room.take(HeadRoom.BYTES)) {
            Thread.currentThread().interrupt();
            assertThat(codeOf(room, 1)).isEqualTo(StoqErrorCode.CANCELLED);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static FutureTask<Boolean> startTaking(HeadRoom room) {
        FutureTask<Boolean> task =
                new FutureTask<>(() -> {
                    room.take(HeadRoom.BYTES).close();
                    return true;
                });
        Thread.ofVirtual().start(task);
        return task;
    }

    private static StoqErrorCode codeOf(HeadRoom room, int bytes) {
        StoqException failure =
                catchThrowableOfType(StoqException.class, () -> room.take(bytes).close());
        assertThat(failure).isNotNull();
        return failure.code();
    }
}
