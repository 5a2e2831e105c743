package org.stoq.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.integration.Await;
import org.stoq.trust.StoqHome;

/** What goes wrong in practice: each says what it is and what to do, and harms nothing else. */
class FaultsIT {
    private static final int FAILED = 1;
    private static final int UNREACHABLE = 4;
    private static final int REFUSED = 5;

    @TempDir Path folder;
    private StoqCommand command;

    @BeforeEach
    void home() {
        command = new StoqCommand(folder.resolve("home"));
    }

    @Test
    void aBrokenConfigurationIsRefusedWithEveryFaultAtOnce() throws Exception {
        Path config = folder.resolve("broken.toml");
        Files.writeString(
                config,
                """
                [server]
                lisen = "[::1]:0"
                idle_timeout = "soon"

                [cdn]
                cache_policy = 7
                """);

        StoqCommand.Outcome outcome = command.run("node", "--config", config.toString());

        assertThat(outcome.exitCode()).isEqualTo(FAILED);
        assertThat(outcome.err())
                .contains("broken.toml:2:1", "did you mean 'listen'?")
                .contains("broken.toml:3:", "idle_timeout")
                .contains("broken.toml:6:", "cache_policy");
    }

    @Test
    void anOccupiedPortIsNamed() throws Exception {
        try (NodeProcess node = NodeProcess.start(command, folder.resolve("a"))) {
            StoqCommand.Outcome outcome =
                    command.run(
                            "node",
                            "--data",
                            folder.resolve("b").toString(),
                            "--listen",
                            node.address());

            assertThat(outcome.exitCode()).isEqualTo(FAILED);
            assertThat(outcome.err()).contains(node.address(), "is taken", "--listen");
        }
    }

    @Test
    void nobodyIsBelievedWhoseAuthorityIsAnother() throws Exception {
        try (NodeProcess node = NodeProcess.start(command, folder.resolve("a"))) {
            StoqCommand stranger = new StoqCommand(folder.resolve("elsewhere"));

            StoqCommand.Outcome outcome = stranger.run("--node", node.address(), "ls");

            assertThat(outcome.exitCode()).isEqualTo(REFUSED);
            assertThat(outcome.err()).containsIgnoringCase("certificate").contains("hint:");
            assertThat(command.run("--node", node.address(), "ls").exitCode()).isZero();
        }
    }

    @Test
    void anExpiredCertificateIsNamedWithItsFile() throws Exception {
        // Without the authority's key nobody can issue a new one in its place.
        StoqHome home = new StoqHome(command.home());
        InstantSource longAgo =
                InstantSource.fixed(InstantSource.system().instant().minus(Duration.ofDays(60)));
        home.operator(longAgo);
        Files.delete(home.authorityFolder().resolve("ca.key"));

        StoqCommand.Outcome outcome = command.run("--node", "[::1]:9", "ls");

        assertThat(outcome.exitCode()).isEqualTo(REFUSED);
        assertThat(outcome.err()).contains("expired", "operator");
    }

    @Test
    void aNodeThatIsNotThereIsUnreachable() throws Exception {
        StoqCommand.Outcome outcome = command.run("--node", "[::1]:9", "--timeout", "2s", "ls");

        assertThat(outcome.exitCode()).isEqualTo(UNREACHABLE);
        assertThat(outcome.err()).contains("[::1]:9", "hint:");
    }

    @Test
    void aBrokenPluginIsReportedAndTheNodeGoesOn() throws Exception {
        try (NodeProcess node = NodeProcess.start(command, folder.resolve("a"))) {
            Path jar = node.data().resolve("plugins/broken.jar");
            Files.writeString(jar, "this is no jar");

            Await.until(
                    "the broken plug-in is reported",
                    () ->
                            command.run("--node", node.address(), "plugin", "list")
                                    .out()
                                    .contains("broken.jar"));

            assertThat(node.err()).contains("broken.jar");
            Path content = Files.writeString(folder.resolve("content.txt"), "still serving");
            assertThat(
                            command.run("--node", node.address(), "put", content.toString(), "c")
                                    .exitCode())
                    .isZero();
            assertThat(command.run("--node", node.address(), "get", "c", "-").out())
                    .isEqualTo("still serving");
        }
    }

    @Test
    void whatWasAcknowledgedSurvivesAKill() throws Exception {
        Path content = Files.writeString(folder.resolve("content.txt"), "acknowledged");
        NodeProcess killed = NodeProcess.start(command, folder.resolve("a"));
        try (killed) {
            assertThat(
                            command.run(
                                            "--node",
                                            killed.address(),
                                            "put",
                                            content.toString(),
                                            "kept")
                                    .exitCode())
                    .isZero();
            killed.kill();
        }

        try (NodeProcess again = NodeProcess.start(command, folder.resolve("a"))) {
            assertThat(again.nodeId()).isEqualTo(killed.nodeId());
            assertThat(command.run("--node", again.address(), "get", "kept", "-").out())
                    .isEqualTo("acknowledged");
        }
    }
}
