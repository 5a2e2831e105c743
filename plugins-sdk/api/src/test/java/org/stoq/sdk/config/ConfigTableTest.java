package org.stoq.sdk.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTableTest {
    private static final String KEY_OF_64 = "AB".repeat(32);

    static List<ConfigTable<?>> tables() {
        return List.of(
                ServerConfig.TABLE,
                TransportConfig.TABLE,
                CdnConfig.TABLE,
                RoutingConfig.TABLE,
                PluginsConfig.TABLE);
    }

    @Test
    void defaultsAreThoseOfTheSeed() {
        ServerConfig server = ServerConfig.TABLE.defaults();
        assertThat(server.listen()).isEqualTo(new HostPort("::", 4433));
        assertThat(server.certPath()).isEmpty();
        assertThat(server.maxConnections()).isEqualTo(100_000);
        assertThat(server.idleTimeout()).isEqualTo(Duration.ofSeconds(30));

        TransportConfig transport = TransportConfig.TABLE.defaults();
        assertThat(transport.maxDatagramSize()).isEqualTo(1_350);
        assertThat(transport.initialRtt()).isEqualTo(Duration.ofMillis(100));
        assertThat(transport.congestionAlgorithm()).isEqualTo("cubic");
        assertThat(transport.keepAliveInterval()).isEqualTo(Duration.ofSeconds(10));

        CdnConfig cdn = CdnConfig.TABLE.defaults();
        assertThat(cdn.cacheSize().bytes()).isEqualTo(10_000_000_000L);
        assertThat(cdn.cachePolicy()).isEqualTo("adaptive");
        assertThat(cdn.edgeNodes()).isEmpty();
        assertThat(cdn.replicationFactor()).isEqualTo(3);

        RoutingConfig routing = RoutingConfig.TABLE.defaults();
        assertThat(routing.updateInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(routing.maxHops()).isEqualTo(10);
        assertThat(routing.timeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void ourOwnDefaultsAreSafeAndSmall() {
        assertThat(ServerConfig.TABLE.defaults().anonymousReaders()).isFalse();
        assertThat(ServerConfig.TABLE.defaults().dataDir()).isEqualTo(Path.of("~/.stoq/node"));
        PluginsConfig plugins = PluginsConfig.TABLE.defaults();
        assertThat(plugins.requireSigned()).isEmpty();
        assertThat(plugins.stallTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(plugins.drainTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @MethodSource("tables")
    void everyKeyIsDocumentedAndItsDefaultAndExampleAreValid(ConfigTable<?> table) {
        assertThat(table.keys()).isNotEmpty();
        assertThat(table.pid()).isEqualTo("org.stoq." + table.name());
        for (ConfigKey key : table.keys()) {
            assertThat(key.name()).matches("[a-z][a-z0-9_]*");
            assertThat(key.doc()).endsWith(".").hasSizeGreaterThan(15);
            assertThat(key.defaultText().isPresent())
                    .as(key.name())
                    .isEqualTo(key.shape() != ConfigKey.Shape.OPTIONAL);
            if (!key.facts().example().isEmpty()) {
                exampleIsValid(key);
            }
        }
    }

    private static void exampleIsValid(ConfigKey key) {
        List<ConfigProblem> problems = new ArrayList<>();
        assertThat(key.read(key.rawOf(key.facts().example()), problems)).isNotNull();
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("tables")
    void valuesSurviveTheWayThroughRawValuesAndProperties(ConfigTable<?> table) {
        survives(table);
    }

    private static <R extends Record> void survives(ConfigTable<R> table) {
        R defaults = table.defaults();
        assertThat(table.read(table.values(defaults))).isEqualTo(defaults);

        Map<String, Object> properties = new HashMap<>(table.write(defaults));
        assertThat(properties.values())
                .allMatch(value ->
                        value instanceof Long
                                || value instanceof Boolean
                                || value instanceof String
                                || value instanceof String[]);
        properties.put("service.pid", table.pid());
        assertThat(table.readProperties(properties)).isEqualTo(defaults);
    }

    @Test
    void listsSurviveTheWayThroughProperties() {
        CdnConfig cdn = CdnConfig.TABLE.read(Map.of("edge_nodes", List.of("edge1:1", "[::1]:2")));

        assertThat(cdn.edgeNodes())
                .containsExactly(HostPort.parse("edge1:1"), HostPort.parse("[::1]:2"));
        assertThat(CdnConfig.TABLE.readProperties(CdnConfig.TABLE.write(cdn))).isEqualTo(cdn);
    }

    @ParameterizedTest
    @CsvSource({"30, PT30S", "1, PT1S", "86400, PT24H"})
    void bareNumbersCountTheUnitOfTheKey(long number, Duration meaning) {
        assertThat(ServerConfig.TABLE.read(Map.of("idle_timeout", number)).idleTimeout())
                .isEqualTo(meaning);
        assertThat(RoutingConfig.TABLE.read(Map.of("timeout", 5_000L)).timeout())
                .isEqualTo(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @CsvSource({"30s, PT30S", "1500ms, PT1.5S", "5m, PT5M", "1h, PT1H", "1d, PT24H"})
    void suffixesOverrideTheUnitAndSurviveWriting(String text, Duration meaning) {
        ServerConfig server = ServerConfig.TABLE.read(Map.of("idle_timeout", text));

        assertThat(server.idleTimeout()).isEqualTo(meaning);
        assertThat(ServerConfig.TABLE.read(ServerConfig.TABLE.values(server))).isEqualTo(server);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "1 week", "-1s", "1.5s", "9999999999999s"})
    void refusesTimesWithoutMeaning(String text) {
        assertThat(problems(ServerConfig.TABLE, Map.of("idle_timeout", text)))
                .extracting(ConfigProblem::key)
                .containsExactly("idle_timeout");
    }

    @Test
    void reportsEveryProblemAtOnce() {
        List<ConfigProblem> problems =
                problems(
                        CdnConfig.TABLE,
                        Map.of(
                                "chache_size",
                                "1GB",
                                "cache_size",
                                true,
                                "replication_factor",
                                0L,
                                "compression",
                                "ztsd",
                                "edge_nodes",
                                List.of("10.0.0.1:1", "edge1:0", "edge2:1")));

        assertThat(problems)
                .extracting(ConfigProblem::toString)
                .containsExactlyInAnyOrder(
                        "chache_size: unknown key 'chache_size' in [cdn] (did you mean"
                                + " 'cache_size'?)",
                        "cache_size: expects a number of bytes or a text such as \"10GB\" or"
                                + " \"64KiB\", found true",
                        "replication_factor: 0 is not possible: from 1 to 1000",
                        "compression: 'ztsd' is not one of auto, zstd, lz4, none"
                                + " (did you mean \"zstd\"?)",
                        "edge_nodes: '10.0.0.1' is an IPv4 address; STOQ speaks IPv6 only"
                                + " (write \"[address]:1\")",
                        "edge_nodes: \"edge1:0\" is not possible: port at least 1");
    }

    @Test
    void listsTheKeysWhereNoneIsNear() {
        assertThat(problems(RoutingConfig.TABLE, Map.of("colour", 1L)))
                .extracting(problem -> problem.suggestion().orElseThrow())
                .containsExactly("it has update_interval, algorithm, max_hops, timeout");
    }

    @Test
    void suggestsToLeaveNeedlessQuotesAway() {
        assertThat(problems(ServerConfig.TABLE, Map.of("max_connections", "7")))
                .extracting(ConfigProblem::toString)
                .containsExactly(
                        "max_connections: expects a whole number, found the text \"7\""
                                + " (write max_connections = 7)");
    }

    @Test
    void suggestsBracketsAroundASingleElement() {
        assertThat(problems(CdnConfig.TABLE, Map.of("edge_nodes", "edge1:1")))
                .extracting(problem -> problem.suggestion().orElseThrow())
                .containsExactly("write edge_nodes = [\"edge1:1\"]");
    }

    @ParameterizedTest
    @CsvSource({
        "max_connections, 1, 0",
        "max_connections, 10000000, 10000001",
        "max_streams, 1000000, 1000001",
        "idle_timeout, 1, 0",
        "idle_timeout, 86400, 86401",
        "drain_timeout, 3600, 3601"
    })
    void acceptsTheLimitAndRefusesOnePastIt(String key, long limit, long past) {
        assertThat(ServerConfig.TABLE.values(ServerConfig.TABLE.read(Map.of(key, limit))))
                .containsEntry(key, limit);
        assertThat(problems(ServerConfig.TABLE, Map.of(key, past)))
                .extracting(ConfigProblem::key)
                .containsExactly(key);
    }

    @Test
    void refusesNumbersThatNoIntHolds() {
        assertThat(problems(ServerConfig.TABLE, Map.of("max_connections", Long.MAX_VALUE)))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Cubic", "", "cu bic"})
    void refusesWhatNoStrategyCanBeCalled(String name) {
        assertThat(problems(TransportConfig.TABLE, Map.of("congestion_algorithm", name)))
                .hasSize(1);
    }

    @Test
    void namesOfStrategiesThatAreNotHereArePossible() {
        assertThat(CdnConfig.TABLE.read(Map.of("cache_policy", "s3-fifo")).cachePolicy())
                .isEqualTo("s3-fifo");
    }

    @Test
    void refusesContradictions() {
        assertThat(problems(PluginsConfig.TABLE, Map.of("require_signed", true)))
                .extracting(ConfigProblem::key)
                .containsExactly("require_signed");
        assertThat(problems(ServerConfig.TABLE, Map.of("cert_path", "/c.pem")))
                .extracting(ConfigProblem::key)
                .containsExactly("cert_path");
        assertThat(problems(ServerConfig.TABLE, Map.of("key_path", "/k.pem")))
                .extracting(ConfigProblem::key)
                .containsExactly("key_path");
        assertThat(problems(RoutingConfig.TABLE, Map.of("timeout", 100L)))
                .extracting(ConfigProblem::key)
                .containsExactly("timeout");
    }

    @Test
    void whetherSignaturesAreRequiredIsYesNoOrUnsaid() {
        PluginsConfig unsaid = PluginsConfig.TABLE.defaults();
        PluginsConfig no = PluginsConfig.TABLE.read(Map.of("require_signed", false));

        assertThat(no.requireSigned()).contains(false);
        assertThat(PluginsConfig.TABLE.values(no)).containsEntry("require_signed", false);
        assertThat(PluginsConfig.TABLE.values(unsaid)).doesNotContainKey("require_signed");
        assertThat(PluginsConfig.TABLE.with(no, Map.of("require_signed", ""))).isEqualTo(unsaid);
        assertThat(problems(PluginsConfig.TABLE, Map.of("require_signed", "perhaps"))).hasSize(1);
    }

    @Test
    void pinnedKeysAreLowerCase() {
        PluginsConfig plugins =
                PluginsConfig.TABLE.read(
                        Map.of("require_signed", true, "pinned_keys", List.of(KEY_OF_64)));

        assertThat(plugins.pinnedKeys()).containsExactly(KEY_OF_64.toLowerCase(Locale.ROOT));
    }

    @Test
    void theConstructorChecksToo() {
        RoutingConfig routing = RoutingConfig.TABLE.defaults();

        assertThatThrownBy(() ->
                        new RoutingConfig(routing.updateInterval(), "x", 256, routing.timeout()))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage("routing.max_hops: 256 is not possible: from 1 to 255");
    }

    @Test
    void takesValuesAsTyped() {
        ServerConfig server =
                ServerConfig.TABLE.with(
                        ServerConfig.TABLE.defaults(),
                        Map.of(
                                "listen", "[::1]:0",
                                "idle_timeout", "45",
                                "anonymous_readers", "true",
                                "cert_path", "/c.pem",
                                "key_path", "/k.pem"));

        assertThat(server.listen()).isEqualTo(HostPort.parse("[::1]:0"));
        assertThat(server.idleTimeout()).isEqualTo(Duration.ofSeconds(45));
        assertThat(server.anonymousReaders()).isTrue();
        assertThat(server.certPath()).contains(Path.of("/c.pem"));
        assertThat(
                        ServerConfig.TABLE
                                .with(server, Map.of("cert_path", "", "key_path", ""))
                                .certPath())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"edge1:1,edge2:2", "edge1:1, edge2:2", "[\"edge1:1\", \"edge2:2\"]"})
    void takesListsAsTyped(String text) {
        assertThat(
                        CdnConfig.TABLE
                                .with(CdnConfig.TABLE.defaults(), Map.of("edge_nodes", text))
                                .edgeNodes())
                .containsExactly(new HostPort("edge1", 1), new HostPort("edge2", 2));
    }

    @Test
    void anAddressAloneIsNoTomlList() {
        assertThat(
                        CdnConfig.TABLE
                                .with(CdnConfig.TABLE.defaults(), Map.of("edge_nodes", "[::1]:1"))
                                .edgeNodes())
                .containsExactly(new HostPort("::1", 1));
    }

    @Test
    void refusesTypedValuesAndUnknownKeysLikeThoseOfAFile() {
        assertThatThrownBy(() ->
                        CdnConfig.TABLE.with(
                                CdnConfig.TABLE.defaults(),
                                Map.of("replication_factor", "many", "sise", "1")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("replication_factor: expects a whole number")
                .hasMessageContaining("unknown key 'sise'");
    }

    @Test
    void knowsWhatAppliesLive() {
        assertThat(tables().stream().flatMap(t -> t.keys().stream().filter(k -> !k.live())))
                .extracting(ConfigKey::name)
                .containsExactly(
                        "listen",
                        "cert_path",
                        "key_path",
                        "ca_path",
                        "max_connections",
                        "idle_timeout",
                        "data_dir",
                        "max_streams",
                        "certificate_lifetime",
                        "engine",
                        "max_datagram_size",
                        "initial_rtt",
                        "keep_alive_interval",
                        "event_loops",
                        "early_data",
                        "retry_above",
                        "handshakes_per_prefix",
                        "handshake_timeout",
                        "key_log",
                        "store",
                        "directory",
                        "max_size");
    }

    /** A stranger's table. */
    @Table(value = "plugin.zoo", doc = "Animals.")
    public record Zoo(
            @Key(doc = "How many.", fallback = "2", min = 0, max = 9) int animals,
            @Key(doc = "A name.") Optional<String> name) {}

    @Test
    void aPluginMayHaveATableOfItsOwn() {
        ConfigTable<Zoo> table = ConfigTable.of(Zoo.class);

        assertThat(table.defaults()).isEqualTo(new Zoo(2, Optional.empty()));
        assertThat(table.read(Map.of("name", "Berlin")))
                .isEqualTo(new Zoo(2, Optional.of("Berlin")));
        assertThat(table.pid()).isEqualTo(ConfigTable.pluginPid("zoo"));
    }

    /** No annotation on the component. */
    @Table(value = "x", doc = "X.")
    record Bare(int a) {}

    /** No table. */
    record NoTable(@Key(doc = "A.") String a) {}

    /** A type that no key has. */
    @Table(value = "x", doc = "X.")
    record Odd(@Key(doc = "A.") StringBuilder a) {}

    /** An int that could overflow. */
    @Table(value = "x", doc = "X.")
    record Unbounded(@Key(doc = "A.") int a) {}

    /** A duration without a unit. */
    @Table(value = "x", doc = "X.")
    record Unitless(@Key(doc = "A.") Duration a) {}

    @ParameterizedTest
    @ValueSource(classes = {Bare.class, NoTable.class, Odd.class, Unbounded.class, Unitless.class})
    void refusesRecordsThatAreNoTables(Class<? extends Record> type) {
        assertThatIllegalArgumentException().isThrownBy(() -> ConfigTable.of(type));
    }

    private static List<ConfigProblem> problems(ConfigTable<?> table, Map<String, ?> values) {
        InvalidConfigException refusal =
                catchThrowableOfType(InvalidConfigException.class, () -> table.read(values));
        assertThat(refusal).as("a refusal of %s", values).isNotNull();
        return refusal.problems();
    }
}
