package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.testkit.impair.Direction;
import org.stoq.testkit.impair.Impairment;
import org.stoq.testkit.impair.Recording;

/** How many round trips a handshake takes (RFC 9001 s.4). */
@Timeout(60)
class HandshakeTest {
    /** Time enough to cut the way back while the server's flight is on its way. */
    private static final Duration DELAY = Duration.ofSeconds(2);

    @Test
    void aClientNeedsNothingButTheServersFlight(@TempDir Path folder) throws Exception {
        try (RealPair pair = new RealPair(folder, QuicOptions.DEFAULTS)) {
            Recording recording = new Recording(1_000, 1 << 20);
            pair.path.tap(recording);
            pair.path.impair(Direction.TO_CLIENT, Impairment.NONE.withDelay(DELAY));
            FutureTask<QuicConnection> connecting = new FutureTask<>(pair::connect);
            Thread.ofVirtual().start(connecting);
            Await.until(
                    "the server has answered",
                    () -> !recording.datagrams(Direction.TO_CLIENT).isEmpty());

            pair.path.partition(Direction.TO_SERVER, true);
            QuicConnection client = connecting.get(RealPair.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(client.isOpen()).isTrue();
            assertThat(client.handshake().toCompletableFuture()).isDone();
            assertThat(client.peerCertificates()).isEqualTo(pair.node.credentials(true).chain());
            assertThat(((NettyListener) pair.listener()).counts().served()).isZero();
        }
    }
}
