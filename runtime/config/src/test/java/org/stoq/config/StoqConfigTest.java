package org.stoq.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.config.CdnConfig;
import org.stoq.sdk.config.ConfigTable;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.config.ServerConfig;

class StoqConfigTest {
    private final StoqConfig defaults = StoqConfig.defaults();

    @Test
    void takesValuesFromACommandLine() throws ConfigException {
        StoqConfig config =
                defaults.with("server.listen", "[::1]:0").with("cdn.edge_nodes", "[::1]:1,[::1]:2");

        assertThat(config.server().listen()).isEqualTo(HostPort.parse("[::1]:0"));
        assertThat(config.cdn().edgeNodes()).hasSize(2);
        assertThat(config.routing()).isEqualTo(defaults.routing());
    }

    @Test
    void valuesThatNeedEachOtherComeTogether() throws ConfigException {
        Map<String, String> both =
                Map.of("plugins.require_signed", "true", "plugins.pinned_keys", "ab".repeat(32));

        assertThat(defaults.with(both).plugins().requireSigned()).contains(true);
        assertThatThrownBy(() -> defaults.with("plugins.require_signed", "true"))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void refusesEverythingWrongOnACommandLineAtOnce() {
        ConfigException refusal =
                catchThrowableOfType(
                        ConfigException.class,
                        () ->
                                defaults.with(
                                        Map.of(
                                                "server.lisen", "[::1]:0",
                                                "sever.listen", "[::1]:0",
                                                "listen", "[::1]:0",
                                                "plugin.zoo", "1",
                                                "routing.max_hops", "256",
                                                "cdn.edge_nodes", "10.0.0.1:7")));

        assertThat(refusal)
                .hasMessage(
                        """
                        command line: unknown key 'listen'
                        command line: 'plugin.zoo' names no setting
                            write plugin.NAME.KEY=VALUE
                        command line: unknown key 'sever.listen'
                            did you mean 'server.listen'?
                        command line: server.lisen: unknown key 'lisen' in [server]
                            did you mean 'listen'?
                        command line: cdn.edge_nodes: '10.0.0.1' is an IPv4 address; STOQ speaks\
                         IPv6 only (write "[address]:7")
                        command line: routing.max_hops: 256 is not possible: from 1 to 255\
                        """);
    }

    @Test
    void refusesTablesThatContradictEachOther() {
        assertThatThrownBy(() -> defaults.with("server.idle_timeout", "10s"))
                .hasMessageContaining("transport.keep_alive_interval")
                .hasMessageContaining("less than server.idle_timeout");
    }

    @Test
    void takesSettingsOfPluginsFromACommandLine() throws ConfigException {
        StoqConfig config =
                defaults.with(
                        Map.of(
                                "plugin.org.zoo.animals", "3",
                                "plugin.org.zoo.open", "true",
                                "plugin.org.zoo.name", "Berlin"));

        assertThat(config.plugin())
                .containsExactly(
                        Map.entry(
                                "org.zoo", Map.of("animals", 3L, "open", true, "name", "Berlin")));
        assertThat(config.with("plugin.org.zoo.cage.doors", "2").plugin().get("org.zoo"))
                .containsEntry("cage.doors", 2L);
    }

    @Test
    void configAdminHoldsEachTableUnderItsPid() throws ConfigException {
        Map<String, Map<String, Object>> properties =
                defaults.with("cdn.edge_nodes", "edge1:1").properties();

        assertThat(properties)
                .containsOnlyKeys(
                        "org.stoq.server",
                        "org.stoq.transport",
                        "org.stoq.cdn",
                        "org.stoq.routing",
                        "org.stoq.plugins");
        assertThat(properties.get(CdnConfig.PID))
                .containsEntry("edge_nodes", new String[] {"edge1:1"});
        assertThat(
                        ServerConfig.TABLE.readProperties(
                                properties.getOrDefault(ServerConfig.PID, Map.of())))
                .isEqualTo(defaults.server());
    }

    @Test
    void everyTableOfTheMapIsOneOfTheFile() {
        assertThat(defaults.toMap().keySet())
                .containsExactlyElementsOf(
                        StoqConfig.TABLES.stream().map(ConfigTable::name).toList());
    }

    @Test
    void pathsBeginAtHomeOrBase() {
        Path home = Path.of("/home/ada");
        Path base = Path.of("/data");

        assertThat(StoqConfig.resolve(Path.of("~/.stoq/node"), home, base))
                .isEqualTo(Path.of("/home/ada/.stoq/node"));
        assertThat(StoqConfig.resolve(Path.of("~"), home, base)).isEqualTo(home);
        assertThat(StoqConfig.resolve(Path.of("plugins"), home, base))
                .isEqualTo(Path.of("/data/plugins"));
        assertThat(StoqConfig.resolve(Path.of("/etc/x"), home, base)).isEqualTo(Path.of("/etc/x"));
    }
}
