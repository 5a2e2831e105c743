package org.stoq.testkit.impair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class RecordingTest {
    private static final InetSocketAddress CLIENT =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 1);

    private static Tap.Seen seen(Direction direction, int length) {
        return new Tap.Seen(direction, CLIENT, 0, new byte[length]);
    }

    @Test
    void keepsTheFirstDatagramsAndCountsTheOthers() {
        Recording recording = new Recording(2, 1_000);
        Tap.Seen first = seen(Direction.TO_SERVER, 1);
        Tap.Seen second = seen(Direction.TO_CLIENT, 1);
        recording.seen(first);
        recording.seen(second);
        assertThat(recording.missed()).isZero();
        recording.seen(seen(Direction.TO_SERVER, 1));
        assertThat(recording.datagrams()).containsExactly(first, second);
        assertThat(recording.datagrams(Direction.TO_CLIENT)).containsExactly(second);
        assertThat(recording.missed()).isEqualTo(1);
    }

    @Test
    void keepsAsManyBytesAsItMayAndHasNoGapBefore() {
        Recording recording = new Recording(10, 100);
        recording.seen(seen(Direction.TO_SERVER, 60));
        recording.seen(seen(Direction.TO_SERVER, 40));
        recording.seen(seen(Direction.TO_SERVER, 1));
        recording.seen(seen(Direction.TO_SERVER, 0));
        assertThat(recording.datagrams()).hasSize(2);
        assertThat(recording.missed()).isEqualTo(2);
    }

    @Test
    void beginsAnewWhenCleared() {
        Recording recording = new Recording(1, 1);
        recording.seen(seen(Direction.TO_SERVER, 1));
        recording.seen(seen(Direction.TO_SERVER, 1));
        recording.clear();
        assertThat(recording.datagrams()).isEmpty();
        recording.seen(seen(Direction.TO_CLIENT, 1));
        assertThat(recording.datagrams()).hasSize(1);
        assertThat(recording.missed()).isZero();
    }

    @Test
    void limitsAreNotNegative() {
        assertThat(new Recording(0, 0).datagrams()).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new Recording(-1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Recording(0, -1));
    }
}
