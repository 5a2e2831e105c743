package org.stoq.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.stoq.client.pattern.Pattern;

class FlowTest {
    private final Pattern pattern = new Pattern(1, false);
    private final Tally atClient = new Tally();
    private final Tally atServer = new Tally();
    private final Flow server = Flow.answering(pattern, atServer);

    private Flow client(Direction direction) {
        return Flow.opening(pattern, atClient, direction, 5);
    }

    /** Moves up to so many bytes. */
    private static void move(Flow from, Flow to, int bytes) {
        int left = bytes;
        while (left > 0) {
            ByteBuffer next = from.next(left);
            if (next == null) {
                return;
            }
            left -= next.remaining();
            to.received(next);
        }
    }

    @Test
    void bytesGoUp() {
        Flow client = client(Direction.UP);

        move(client, server, 3_000_008);
        move(server, client, 100);

        assertThat(atServer.verifiedBytes()).isEqualTo(3_000_000);
        assertThat(atClient.verifiedBytes()).isZero();
        assertThat(server.sends()).isFalse();
    }

    @Test
    void bytesGoDownOnceTheServerKnows() {
        Flow client = client(Direction.DOWN);
        assertThat(server.sends()).isFalse();

        move(client, server, 1_000);
        move(server, client, 1_000);

        assertThat(atClient.verifiedBytes()).isEqualTo(1_000);
        assertThat(atServer.verifiedBytes()).isZero();
    }

    @Test
    void bytesGoBothWaysAndAreNotTheSame() {
        Flow client = client(Direction.BOTH);

        move(client, server, 1_008);
        ByteBuffer down = Objects.requireNonNull(server.next(1_000));

        assertThat(down).isNotEqualTo(pattern.at(10, 0, 1_000));
        client.received(down);
        assertThat(atClient.verifiedBytes()).isEqualTo(1_000);
        assertThat(atServer.verifiedBytes()).isEqualTo(1_000);
    }

    @Test
    void theFirstBytesMayComeOneByOne() {
        ByteBuffer first = Objects.requireNonNull(client(Direction.UP).next(100));

        while (first.hasRemaining()) {
            server.received(ByteBuffer.wrap(new byte[] {first.get()}));
        }
        server.received(pattern.at(10, 0, 64));

        assertThat(atServer.verifiedBytes()).isEqualTo(64);
        assertThat(atServer.corruption()).isEmpty();
    }

    @Test
    void aWrongByteIsNoted() {
        move(client(Direction.UP), server, 8);

        server.received(pattern.at(10, 1, 64));

        assertThat(atServer.corruption()).isPresent();
    }

    @Test
    void bytesThatNobodyAskedForAreNoted() {
        Flow client = client(Direction.UP);

        client.received(ByteBuffer.allocate(1));

        assertThat(atClient.corruption()).isPresent();
    }

    @Test
    void anUnknownDirectionIsNoted() {
        server.received(ByteBuffer.wrap(new byte[] {0, 0, 0, 0, 0, 0, 0, 4}));

        assertThat(atServer.corruption()).isPresent();
    }

    @Test
    void theEndOfAnEarlierRoundDoesNotMatter() {
        Flow old = client(Direction.UP);
        atClient.beginRound();
        Flow current = client(Direction.UP);

        old.broken("old");
        assertThat(atClient.broken()).isEmpty();

        current.broken("current");
        assertThat(atClient.broken()).contains("current");
    }
}
