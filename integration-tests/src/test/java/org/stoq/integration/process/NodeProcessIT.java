package org.stoq.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeProcessIT {
    @TempDir Path folder;

    @Test
    void startsOnAFreePortAndStopsCleanlyOnSigterm() throws Exception {
        StoqCommand command = new StoqCommand(folder.resolve("home"));
        try (NodeProcess node = NodeProcess.start(command, folder.resolve("a"))) {
            assertThat(node.address()).matches("\\[::1]:[1-9]\\d+");
            assertThat(node.nodeId()).matches("[0-9a-f]{64}");

            assertThat(node.stop()).isZero();
            assertThat(node.data().resolve("run/node.properties")).doesNotExist();
        }
    }

    @Test
    void secondNodeOnTheSameDataIsRefusedWithTheReason() throws Exception {
        StoqCommand command = new StoqCommand(folder.resolve("home"));
        try (NodeProcess node = NodeProcess.start(command, folder.resolve("a"))) {
            StoqCommand.Outcome second =
                    command.run("node", "--config", folder.resolve("a/stoq.toml").toString());

            assertThat(second.exitCode()).isNotZero();
            assertThat(second.err()).contains(Long.toString(node.pid()));
        }
    }
}
