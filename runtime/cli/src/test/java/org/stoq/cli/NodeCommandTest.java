package org.stoq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.cli.terminal.JsonOutput;
import org.stoq.cli.terminal.Terminal;
import org.stoq.cli.tree.PartialFiles;
import picocli.CommandLine;

class NodeCommandTest {
    private static final String ID = "ab".repeat(32);

    @TempDir private Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private NodeCommand parsed(String... arguments) {
        Trial trial = new Trial(folder);
        Surroundings surroundings =
                new Surroundings(
                        System.out,
                        System.err,
                        System.in,
                        Map.of(),
                        false,
                        InstantSource.system(),
                        System::nanoTime,
                        trial.home,
                        folder,
                        Optional.empty());
        Invocation invocation =
                new Invocation(surroundings, new PartialFiles(new SplittableRandom(1)));
        NodeCommand command = new NodeCommand(invocation);
        new CommandLine(command).parseArgs(arguments);
        return command;
    }

    private NodeCommand.Announcements announcements(boolean json) {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        Terminal terminal =
                new Terminal(
                        stream, stream, new Terminal.Manner(json, false, false), System::nanoTime);
        return new NodeCommand.Announcements(terminal, folder);
    }

    @Test
    void optionsBecomeSettings() {
        NodeCommand command =
                parsed(
                        "--data",
                        "d",
                        "--listen",
                        "[::1]:0",
                        "--peer",
                        "[::1]:1,[::1]:2",
                        "--peer",
                        "edge:3",
                        "--set",
                        "cdn.cache_policy=lfu",
                        "--set",
                        "plugin.zoo.sign=a=b");

        assertThat(command.typed())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "server.data_dir", folder.resolve("d").toString(),
                                "server.listen", "[::1]:0",
                                "cdn.edge_nodes", "[::1]:1,[::1]:2,edge:3",
                                "cdn.cache_policy", "lfu",
                                "plugin.zoo.sign", "a=b"));
    }

    @Test
    void withoutOptionsTheFileDecidesEverything() {
        assertThat(parsed().typed()).isEmpty();
    }

    @Test
    void readinessIsOneJsonLine() {
        announcements(true).ready("[::1]:4433", ID);

        var event = new JsonOutput().parse(out.toString(StandardCharsets.UTF_8));
        assertThat(event.get("event").asText()).isEqualTo("ready");
        assertThat(event.get("address").asText()).isEqualTo("[::1]:4433");
        assertThat(event.get("node_id").asText()).isEqualTo(ID);
        assertThat(event.get("data_dir").asText()).isEqualTo(folder.toString());
        assertThat(event.get("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
        assertThat(out.toString(StandardCharsets.UTF_8)).containsOnlyOnce("\n");
    }

    @Test
    void peopleLearnWhatToDoNext() {
        announcements(false).ready("[::1]:5001", ID);

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("listens  [::1]:5001")
                .contains("stoq --node [::1]:5001 status")
                .contains("stop");
    }

    @Test
    void anyAddressIsReachedAtTheLoopback() {
        announcements(false).ready("[::]:5001", ID);

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("stoq --node [::1]:5001");
    }

    @Test
    void theEndTellsWhetherCallsWereBrokenOff() {
        announcements(true).stopped(false);

        var event = new JsonOutput().parse(out.toString(StandardCharsets.UTF_8));
        assertThat(event.get("event").asText()).isEqualTo("stopped");
        assertThat(event.get("drained").asBoolean()).isFalse();
        assertThat(event.has("address")).isFalse();
    }
}
