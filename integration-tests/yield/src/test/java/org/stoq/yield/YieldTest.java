package org.stoq.yield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.transport.Transport;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/**
 * That the experiment works: both transfers bring their bytes through the one queue, whatever the
 * push uses. What each of them gets depends on the machine, so the command measures it, and no test
 * asks for it.
 */
@Timeout(120)
class YieldTest {
    private static final Line LINE =
            new Line(20_000_000, Duration.ofMillis(5), Duration.ofMillis(50));
    private static final long ENOUGH_BYTES = 500_000;
    private static final long POLL_NANOS = 1_000_000;

    @Test
    void bothTransfersBringWhatWasSentThroughTheOneQueue(@TempDir Path folder) throws Exception {
        Transport transport = ServiceLoader.load(Transport.class).findFirst().orElseThrow();
        Certified identity =
                new StoqHome(folder.resolve("home"))
                        .node(folder.resolve("node"), List.of(), InstantSource.system());
        for (String algorithm : List.of("ledbat", "copa", "cubic")) {
            try (Bottleneck bottleneck = Bottleneck.open(transport, identity, LINE, 1);
                    Transfer push = bottleneck.push(algorithm)) {
                await(push, ENOUGH_BYTES);
                try (Transfer download = bottleneck.download()) {
                    await(download, ENOUGH_BYTES);
                    assertThat(bottleneck.counts().deliveredBytes())
                            .as(algorithm)
                            .isGreaterThan(push.bytes() + download.bytes());
                }
            }
        }
    }

    private static void await(Transfer transfer, long bytes) throws Exception {
        while (transfer.bytes() < bytes) {
            LockSupport.parkNanos(POLL_NANOS);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @Test
    void bytesInAnotherPlaceAreNotTakenForWhatWasSent() {
        Content content = new Content(1);
        ByteBuffer acrossTheEnd = ByteBuffer.allocate(2_000);
        long from = 1_000_003 - 1_000;
        acrossTheEnd.put(content.at(from, 2_000)).put(content.at(from + 1_000, 1_000)).flip();
        assertThat(content.matches(from, acrossTheEnd)).isTrue();
        assertThat(content.matches(from + 1, acrossTheEnd)).isFalse();
        acrossTheEnd.put(1_500, (byte) (acrossTheEnd.get(1_500) + 1));
        assertThat(content.matches(from, acrossTheEnd)).isFalse();
    }

    @Test
    void optionsThatCannotBeAreRefusedWithAHint() {
        assertThat(Options.parse(List.of("--rate", "1.5mbit", "--delay", "2.5ms")).lines())
                .containsExactly(
                        new Line(1_500_000, Duration.ofNanos(2_500_000), Duration.ofMillis(100)));
        assertThat(Options.parse(List.of("--matrix")).lines()).hasSizeGreaterThan(1);
        assertThatThrownBy(() -> Options.parse(List.of("--rate", "20")))
                .hasMessageContaining("20mbit");
        assertThatThrownBy(() -> Options.parse(List.of("--seconds"))).hasMessageContaining("value");
        assertThatThrownBy(() -> Options.parse(List.of("--rounds", "0")))
                .hasMessageContaining("1 to");
        assertThatThrownBy(() -> Options.parse(List.of("--fast"))).hasMessageContaining("--fast");
    }
}
