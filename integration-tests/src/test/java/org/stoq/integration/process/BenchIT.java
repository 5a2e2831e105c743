package org.stoq.integration.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.client.StoqClient;
import org.stoq.client.StoqConnection;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/** {@code stoq bench --target}: a node that runs, measured by its operator and by nobody else. */
class BenchIT {
    private static final Pattern UP = Pattern.compile("\"up_bytes\":(\\d+)");
    private static final Pattern DOWN = Pattern.compile("\"down_bytes\":(\\d+)");

    @TempDir Path folder;

    private static long sum(Pattern pattern, String json) {
        Matcher matcher = pattern.matcher(json);
        long sum = 0;
        while (matcher.find()) {
            sum += Long.parseLong(matcher.group(1));
        }
        return sum;
    }

    @Test
    void bytesAreVerifiedAtBothEndsOfANodeThatRuns() throws Exception {
        StoqCommand command = new StoqCommand(folder.resolve("home"));
        try (NodeProcess node = NodeProcess.start(command, folder.resolve("a"))) {
            StoqCommand.Outcome done =
                    command.run(
                            "stoq-bench",
                            "--target",
                            node.address(),
                            "--duration",
                            "1s",
                            "--connections",
                            "2",
                            "--rounds",
                            "1",
                            "--warm-up",
                            "300ms",
                            "--json");

            assertThat(done.exitCode()).as(done.err()).isZero();
            assertThat(done.out()).contains("\"mode\":\"target\"", "\"passed\":true");
            assertThat(done.out()).contains("\"direction\":\"both\"", "\"node_cpu_s_per_gb\":");
            assertThat(sum(UP, done.out())).isPositive();
            assertThat(sum(DOWN, done.out())).isPositive();
        }
    }

    @Test
    void whoIsNoOperatorIsRefusedByName() throws Exception {
        StoqCommand command = new StoqCommand(folder.resolve("home"));
        StoqHome home = new StoqHome(command.home());
        try (NodeProcess node = NodeProcess.start(command, folder.resolve("a"))) {
            Certified other = home.node(folder.resolve("other"), List.of(), InstantSource.system());
            try (StoqClient client =
                            StoqClient.builder().credentials(other.credentials(false)).build();
                    StoqConnection connection = client.connect(node.address())) {
                for (String method : List.of("source", "sink", "echo", "usage")) {
                    StoqException refusal =
                            catchThrowableOfType(
                                    StoqException.class,
                                    () ->
                                            connection.call(
                                                    Request.of("bench", method, CborMap.EMPTY)));
                    assertThat(refusal.code()).isEqualTo(StoqErrorCode.FORBIDDEN);
                }
            }

            StoqCommand stranger = new StoqCommand(folder.resolve("another-home"));
            StoqCommand.Outcome refused =
                    stranger.run("bench", "--target", node.address(), "--json");
            assertThat(refused.exitCode()).isEqualTo(5);
            assertThat(refused.err()).contains("\"code\":\"CERTIFICATE_REFUSED\"");
        }
    }
}
