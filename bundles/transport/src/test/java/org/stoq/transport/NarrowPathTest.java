package org.stoq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.Digest;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.testkit.SeededBytes;
import org.stoq.testkit.impair.Impairment;

/** Paths that carry less than the datagrams that an end would like to send (RFC 8899). */
@Timeout(60)
class NarrowPathTest {
    /** What the narrowest path of IPv6 carries: 1,280 bytes without the headers of IP and UDP. */
    private static final int NARROWEST_BYTES = 1_232;

    @Test
    void contentCrossesTheNarrowestPathBothWays(@TempDir Path folder) throws Exception {
        try (RealPair pair = new RealPair(folder, QuicOptions.DEFAULTS)) {
            pair.path.impair(Impairment.NONE.withMtu(NARROWEST_BYTES));
            QuicConnection client = pair.connect();
            QuicConnection server = pair.listener().accept();
            byte[] content = SeededBytes.random(1, 1 << 20);
            QuicStream stream = client.openStream(true);
            FutureTask<Void> sending =
                    new FutureTask<>(() -> {
                        stream.finish(ByteBuffer.wrap(content));
                        return null;
                    });
            Thread.ofVirtual().start(sending);
            QuicStream accepted = server.acceptStream();
            assertThat(Digest.of(RealPair.read(accepted, content.length)))
                    .isEqualTo(Digest.of(content));
            sending.get();
            FutureTask<Void> back =
                    new FutureTask<>(() -> {
                        accepted.finish(ByteBuffer.wrap(content));
                        return null;
                    });
            Thread.ofVirtual().start(back);
            assertThat(Digest.of(RealPair.read(stream, content.length)))
                    .isEqualTo(Digest.of(content));
            back.get();
        }
    }
}
