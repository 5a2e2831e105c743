package org.stoq.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stoq.sdk.config.HostPort;

class ConfigFileTest {
    private static final String SEED =
            """
            [server]
            listen = "[::]:4433"
            cert_path = "/etc/stoq/cert.pem"
            key_path = "/etc/stoq/key.pem"
            max_connections = 100000
            idle_timeout = 30

            [transport]
            max_datagram_size = 1350
            initial_rtt = 100
            congestion_algorithm = "cubic"
            keep_alive_interval = 10

            [cdn]
            cache_size = "10GB"
            cache_policy = "lru"
            edge_nodes = ["edge1:4433", "edge2:4433"]
            replication_factor = 3

            [routing]
            update_interval = 100
            algorithm = "ml_dijkstra"
            max_hops = 10
            timeout = 5000
            """;

    @TempDir private Path folder;

    @Test
    void readsTheSeedsOwnExample() throws ConfigException {
        StoqConfig config = ConfigFile.parse("stoq.toml", SEED);

        assertThat(config.server().keyPath()).contains(Path.of("/etc/stoq/key.pem"));
        assertThat(config.cdn().edgeNodes())
                .containsExactly(HostPort.parse("edge1:4433"), HostPort.parse("edge2:4433"));
        assertThat(config.routing().algorithm()).isEqualTo("ml_dijkstra");
        assertThat(config.transport()).isEqualTo(StoqConfig.defaults().transport());
    }

    @Test
    void anEmptyFileMeansTheDefaults() throws ConfigException {
        assertThat(ConfigFile.parse("stoq.toml", "")).isEqualTo(StoqConfig.defaults());
    }

    @Test
    void tellsEverythingThatIsWrongInTheOrderOfTheFile() {
        List<ConfigFault> faults =
                faults(
                        """
                        colour = "red"
                        [server]
                        listen = "0.0.0.0:4433"
                        max_hops = 3
                        max_connections = "many"

                        [cdnn]
                        cache_size = 1

                        [cdn]
                          chache_size = "10GB"
                        replication_factor = 0

                        [plugins]
                        require_signed = true
                        """);

        assertThat(faults)
                .extracting(
                        ConfigFault::line,
                        ConfigFault::column,
                        ConfigFault::message,
                        fault -> fault.suggestion().orElse(""))
                .containsExactly(
                        row(
                                1,
                                1,
                                "the key 'colour' stands outside of a table",
                                "the tables are server, transport, cdn, routing, plugins, plugin"),
                        row(
                                3,
                                10,
                                "server.listen: '0.0.0.0' is an IPv4 address; STOQ speaks IPv6 only"
                                        + " (write \"[::]:4433\")",
                                ""),
                        row(4, 1, "unknown key 'max_hops' in [server]", "it belongs in [routing]"),
                        row(
                                5,
                                19,
                                "server.max_connections: expects a whole number,"
                                        + " found the text \"many\"",
                                ""),
                        row(7, 1, "unknown table [cdnn]", "did you mean [cdn]?"),
                        row(
                                11,
                                3,
                                "unknown key 'chache_size' in [cdn]",
                                "did you mean 'cache_size'?"),
                        row(
                                12,
                                22,
                                "cdn.replication_factor: 0 is not possible: from 1 to 1000",
                                ""),
                        row(
                                15,
                                18,
                                "plugins.require_signed: no plug-in could be let in: signatures are"
                                        + " required and no key is pinned",
                                "add a key to pinned_keys"));
    }

    @Test
    void showsTheLineWithACaretUnderThePlace() {
        ConfigException refusal = refusal("[cdn]\n\tchache_size = \"10GB\"\n");

        assertThat(refusal)
                .hasMessage(
                        """
                        stoq.toml:2:2: unknown key 'chache_size' in [cdn]
                            \tchache_size = "10GB"
                            \t^
                            did you mean 'cache_size'?\
                        """);
    }

    @Test
    void tellsSyntaxErrorsAndDuplicatesTogetherWithTheRest() {
        List<ConfigFault> faults =
                faults(
                        """
                        [server]
                        listen =
                        max_streams = 1
                        max_streams = 2
                        [cdn]
                        replication_factor = -1
                        """);

        assertThat(faults)
                .extracting(ConfigFault::line, ConfigFault::message)
                .containsExactly(
                        row(2, "Unexpected end of line, expected a value"),
                        row(4, "max_streams previously defined at line 3, column 1"),
                        row(6, "cdn.replication_factor: -1 is not possible: from 1 to 1000"));
    }

    @Test
    void seesNoContradictionInWhatCouldNotBeRead() {
        assertThat(faults("[plugins]\nrequire_signed = true\npinned_keys = [\n"))
                .extracting(ConfigFault::line)
                .doesNotContain(2);
    }

    @Test
    void refusesTablesThatContradictEachOther() {
        assertThat(
                        faults(
                                """
                                [server]
                                idle_timeout = 5
                                [transport]
                                keep_alive_interval = "5s"
                                """))
                .extracting(ConfigFault::line, ConfigFault::column)
                .containsExactly(row(4, 23));
        assertThat(faults("[server]\nidle_timeout = 5\n"))
                .extracting(ConfigFault::message)
                .allMatch(message -> message.startsWith("transport.keep_alive_interval"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    server = 1 | 'server' is a table, found a value
                    [[server]] | 'server' is a table, found a value
                    plugin = 1 | 'plugin' is a table, found a value
                    plugin.zoo = 1 | 'zoo' belongs to no plug-in
                    listen = 1 | the key 'listen' stands outside of a table
                    cdn.store = 1.5 | cdn.store: expects a text in quotes, found the number 1.5
                    cdn.store = 07:32:00 | cdn.store: expects a text in quotes, found 07:32
                    cdn.store = {} | cdn.store: expects a text in quotes, found a table of 0
                    cdn.store = [1] | cdn.store: expects a text in quotes, found a list
                    server."a.b" = 1 | unknown key 'a.b' in [server]
                    """)
    void refusesWhatHasTheWrongShape(String toml, String message) {
        assertThat(faults(toml)).extracting(ConfigFault::message).containsExactly(message);
        assertThat(faults(toml)).allMatch(fault -> fault.line() == 1 && fault.column() > 0);
    }

    @Test
    void settingsOfPluginsPassUncheckedInFormsThatConfigAdminTakes() throws ConfigException {
        StoqConfig config =
                ConfigFile.parse(
                        "stoq.toml",
                        """
                        [plugin."org.zoo"]
                        animals = 3
                        weight = 1.5
                        open = true
                        born = 1979-05-27
                        names = ["Knut", "Bao"]
                        mixed = [1, "two"]
                        sizes = [1, 2]
                        none = []
                        cage.north.doors = 2
                        """);

        Map<String, Object> zoo = config.properties().get("org.stoq.plugin.org.zoo");
        assertThat(zoo)
                .containsOnlyKeys(
                        "animals",
                        "weight",
                        "open",
                        "born",
                        "names",
                        "mixed",
                        "sizes",
                        "none",
                        "cage.north.doors")
                .containsEntry("animals", 3L)
                .containsEntry("weight", 1.5)
                .containsEntry("open", true)
                .containsEntry("born", "1979-05-27")
                .containsEntry("names", new String[] {"Knut", "Bao"})
                .containsEntry("mixed", new String[] {"1", "two"})
                .containsEntry("sizes", new Long[] {1L, 2L})
                .containsEntry("none", new String[] {})
                .containsEntry("cage.north.doors", 2L);
    }

    @Test
    void readsFiles() throws IOException, ConfigException {
        Path file = Files.writeString(folder.resolve("stoq.toml"), SEED);

        assertThat(ConfigFile.read(file)).isEqualTo(ConfigFile.parse("x", SEED));
    }

    @Test
    void namesTheFileThatIsWrong() throws IOException {
        Path file = Files.writeString(folder.resolve("stoq.toml"), "[server]\nlisten = 7\n");

        assertThatThrownBy(() -> ConfigFile.read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(file + ":2:10: server.listen: ");
    }

    @Test
    void refusesFilesThatAreMissingBinaryOrEndless() throws IOException {
        assertThatThrownBy(() -> ConfigFile.read(folder.resolve("none.toml")))
                .isInstanceOf(NoSuchFileException.class);

        Path binary = Files.write(folder.resolve("binary.toml"), new byte[] {(byte) 0xFF});
        assertThatThrownBy(() -> ConfigFile.read(binary)).hasMessageContaining("not UTF-8");

        Path largest = folder.resolve("largest.toml");
        Files.writeString(largest, "#".repeat(ConfigFile.MAX_BYTES));
        assertThat(refusalOf(largest)).isNull();
        Files.writeString(largest, "#".repeat(ConfigFile.MAX_BYTES + 1));
        assertThat(refusalOf(largest)).hasMessageContaining("over 1048576 bytes");
    }

    private static @Nullable ConfigException refusalOf(Path file) {
        return catchThrowableOfType(ConfigException.class, () -> ConfigFile.read(file));
    }

    private static ConfigException refusal(String toml) {
        ConfigException refusal =
                catchThrowableOfType(
                        ConfigException.class, () -> ConfigFile.parse("stoq.toml", toml));
        assertThat(refusal).as("a refusal of %s", toml).isNotNull();
        return refusal;
    }

    private static List<ConfigFault> faults(String toml) {
        return refusal(toml).faults();
    }

    private static Tuple row(Object... cells) {
        return tuple(cells);
    }
}
