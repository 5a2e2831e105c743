package org.stoq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.cli.terminal.JsonOutput;
import org.stoq.cli.tree.PartialFiles;
import picocli.CommandLine;

class CommandLineTest {
    @TempDir private Path folder;
    private Trial trial;

    @BeforeEach
    void begin() {
        trial = new Trial(folder);
    }

    private static List<CommandLine> all(CommandLine line) {
        List<CommandLine> all = new ArrayList<>(List.of(line));
        line.getSubcommands().values().forEach(sub -> all.addAll(all(sub)));
        return all;
    }

    @Test
    void everyCommandHasHelpWithWhatItDoesAndTheSharedOptions() {
        trial.run("help");
        Surroundings none =
                new Surroundings(
                        System.out,
                        System.err,
                        System.in,
                        trial.environment,
                        false,
                        InstantSource.system(),
                        System::nanoTime,
                        trial.home,
                        folder,
                        trial.distribution);
        CommandLine root =
                Stoq.commandLine(new Invocation(none, new PartialFiles(new SplittableRandom(1))));
        List<CommandLine> commands = all(root);

        assertThat(commands).hasSizeGreaterThan(25);
        for (CommandLine command : commands) {
            String name = command.getCommandSpec().qualifiedName();
            String[] words = name.split(" ");
            String[] arguments = Arrays.copyOf(words, words.length);
            System.arraycopy(words, 1, arguments, 0, words.length - 1);
            arguments[words.length - 1] = "--help";

            assertThat(trial.run(arguments)).as(name).isZero();
            assertThat(trial.output()).as(name).contains("Usage: " + name).contains("--json");
            assertThat(command.getCommandSpec().usageMessage().header()).as(name).isNotEmpty();
            assertThat(trial.output().lines()).as(name).allMatch(line -> line.length() <= 100);
        }
    }

    @Test
    void theRootHelpTellsEveryExitCode() {
        assertThat(trial.run()).isZero();

        for (ExitCode code : ExitCode.values()) {
            assertThat(trial.output()).containsPattern(code.number() + " +" + code.meaning());
        }
    }

    @Test
    void helpFindsNestedCommandsAndNamesOthersWhereThereIsNone() {
        assertThat(trial.run("help", "plugin", "install")).isZero();
        assertThat(trial.output()).contains("Usage: stoq plugin install");

        assertThat(trial.run("help", "plugin", "instal")).isEqualTo(2);
        assertThat(trial.errors()).contains("no command 'instal'").contains("install");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sats",
                "put",
                "get",
                "get a b c",
                "stat",
                "rm",
                "purge",
                "purge --origin x",
                "purge a --wait 21s",
                "store",
                "store check",
                "plugin",
                "plugin install",
                "plugin remove",
                "config",
                "ca",
                "ca issue",
                "completion",
                "completion fish",
                "ls --nope",
                "ls --timeout never",
                "ls --timeout 0s",
                "ls --node 127.0.0.1:4433",
                "ls --node ::1",
                "get a --range 5-2",
                "get a --range x",
                "get a --range -",
                "get -r a -",
                "get -r a --range 0-1",
                "get a --parallel 0",
                "get a --parallel 129",
                "put - ",
                "put - dir/",
                "put x --parallel 0",
                "put x a/../b",
                "put x .",
                "plugin install x.zip",
                "config show a --running",
                "ca issue --out a --role anonymous",
                "ca issue --out a --days 0",
                "ca issue --out a --days 3651",
                "ca issue --out a --name 10.0.0.1",
                "ca issue --out a --node-id 12",
                "help nothing",
            })
    void aWrongCommandLineIsExitTwoWithOneLineAndAHint(String line) {
        assertThat(trial.run(line.split(" "))).isEqualTo(2);
        assertThat(trial.output()).isEmpty();
        assertThat(trial.errors().lines().findFirst().orElse("")).startsWith("stoq: ");
    }

    @Test
    void aTypoIsAnsweredWithWhatWasMeant() {
        trial.run("sats");
        assertThat(trial.errors()).contains("did you mean: stats");

        trial.run("ls", "--jsno");
        assertThat(trial.errors()).contains("--json");
    }

    @Test
    void withJsonEvenAWrongCommandLineIsOneObjectOnStandardError() {
        assertThat(trial.run("sats", "--json")).isEqualTo(2);

        var error = new JsonOutput().parse(trial.errors()).get("error");
        assertThat(error.get("code").asText()).isEqualTo("USAGE");
        assertThat(error.get("message").asText()).contains("sats");
        assertThat(error.get("hint").asText()).contains("stats");
        assertThat(trial.output()).isEmpty();
    }

    @Test
    void optionsOfEveryCommandStandBeforeOrBehindItsName() {
        trial.environment.remove("STOQ_NODE");
        String[] node = {"--node", "[::1]:9", "--timeout", "50ms"};

        assertThat(trial.run(node[0], node[1], node[2], node[3], "--json", "ls")).isEqualTo(4);
        assertThat(new JsonOutput().parse(trial.errors()).at("/error/message").asText())
                .contains("[::1]:9");
        assertThat(trial.run("ls", node[0], node[1], node[2], node[3])).isEqualTo(4);
        assertThat(trial.errors()).contains("[::1]:9").contains("hint: ");
    }

    @Test
    void aNodeThatNobodyRunsIsExitFour() {
        assertThat(trial.run("status", "--timeout", "50ms")).isEqualTo(4);
        assertThat(trial.errors()).startsWith("stoq: cannot reach the node [::1]:9");
    }

    @Test
    void aBrokenEnvironmentVariableIsSaidToBeThat() {
        trial.environment.put("STOQ_NODE", "10.0.0.1:4433");

        assertThat(trial.run("ls")).isEqualTo(2);
        assertThat(trial.errors()).contains("STOQ_NODE").contains("IPv6");
    }

    @Test
    void stackTracesComeOnlyWhenAskedFor() {
        trial.run("put", "missing");
        assertThat(trial.errors()).doesNotContain("\tat ");

        trial.run("put", "missing", "--verbose");
        assertThat(trial.errors()).contains("\tat org.stoq.cli.");
    }

    @ParameterizedTest
    @CsvSource({"put missing, 3", "config check missing.toml, 3", "ca show missing.pem, 3"})
    void aMissingFileIsExitThree(String line, int exit) {
        assertThat(trial.run(line.split(" "))).isEqualTo(exit);
        assertThat(trial.errors()).contains("missing");
    }

    @Test
    void theVersionIsPrinted() {
        assertThat(trial.run("--version")).isZero();
        assertThat(trial.output()).startsWith("stoq ").contains("Java " + Runtime.version());
    }

    @Test
    void completionScriptsKnowEveryCommand() throws Exception {
        assertThat(trial.run("completion", "bash")).isZero();
        assertThat(trial.output()).contains("doctor").contains("complete -F");
        Path script = folder.resolve("stoq.bash");
        Files.write(script, trial.outputBytes());
        assertThat(
                        new ProcessBuilder("bash", "-n", script.toString())
                                .inheritIO()
                                .start()
                                .waitFor())
                .isZero();

        assertThat(trial.run("completion", "zsh")).isZero();
        assertThat(trial.output()).contains("bashcompinit").contains("doctor");
    }

    @Test
    void stoqServerIsAnotherNameOfNode() {
        assertThat(trial.run("stoq-server", "--help")).isZero();
        assertThat(trial.output()).contains("Usage: stoq node");
    }

    @Test
    void aNodeWithoutItsDistributionSaysSo() {
        assertThat(trial.run("node")).isEqualTo(1);
        assertThat(trial.errors()).contains("bundles").contains("hint: ");
    }

    @Test
    void aNodeRefusesAWrongSettingBeforeItStarts() {
        trial.distribution = Optional.of(folder);

        assertThat(trial.run("node", "--set", "cdn.cache_polcy=lru")).isEqualTo(1);
        assertThat(trial.errors()).contains("cache_polcy").contains("cache_policy");
        assertThat(trial.run("node", "--listen", "0.0.0.0:4433")).isEqualTo(1);
        assertThat(trial.errors()).contains("IPv6");
        assertThat(trial.run("node", "--config", "none.toml")).isEqualTo(3);
        assertThat(trial.errors()).contains("stoq config init");
    }
}
