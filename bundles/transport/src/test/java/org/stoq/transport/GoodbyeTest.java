package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.testkit.impair.Direction;
import org.stoq.testkit.impair.Impairment;

/** Closing at moments at which the engine has not finished something else. */
@Timeout(60)
class GoodbyeTest {
    /** Longer than any probe timeout after a round trip of {@link #DELAY}. */
    private static final Duration LATE = Duration.ofMillis(1_500);

    private static final Duration DELAY = Duration.ofMillis(60);

    @Test
    void aLateProbeOfTheHandshakeDoesNotKeepTheEventLoop(@TempDir Path folder) throws Exception {
        try (RealPair pair = new RealPair(folder, QuicOptions.DEFAULTS)) {
            pair.path.impair(Direction.TO_SERVER, Impairment.NONE.withDelay(DELAY));
            NettyConnection client = (NettyConnection) pair.connect();
            // The end of the handshake is on its way, and nothing comes back.
            pair.path.partition(true);

            long due = System.nanoTime() + LATE.toNanos();
            client.onLoop(() -> {
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                client.close(StoqErrorCode.CANCELLED, "in the same turn as the late probe");
            });

            StoqException end =
                    client.closed()
                            .toCompletableFuture()
                            .get(RealPair.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(end.code()).isEqualTo(StoqErrorCode.CANCELLED);
        }
    }
}
