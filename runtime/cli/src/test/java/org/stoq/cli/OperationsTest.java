package org.stoq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.config.StoqConfig;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.config.ConfigKey;
import org.stoq.sdk.config.ConfigTable;

/** The commands that look at a node and change it. */
class OperationsTest {
    private static final Digest ID = Digest.of("node".getBytes(UTF_8));

    @TempDir private Path folder;
    private Trial trial;
    private FakeNode node;

    @BeforeEach
    void begin() throws IOException {
        trial = new Trial(folder);
        node = trial.node();
        node.results.put(
                "node.status",
                CborMap.builder()
                        .put(1, ID)
                        .put(2, "1.2.3")
                        .put(3, "[::1]:4433")
                        .put(4, 65_000L)
                        .put(5, 812L)
                        .put(6, 10L << 20)
                        .put(7, 512L << 20)
                        .put(8, 200L << 20)
                        .put(9, 4_711L)
                        .put(10, "/data")
                        .put(11, 3L)
                        .put(12, "/data/stoq.toml")
                        .put(13, 22L)
                        .build());
        CborMap.Builder stats = CborMap.builder();
        for (int key = 1; key <= 22; key++) {
            if (key == 7) {
                stats.put(key, false);
            } else {
                stats.put(key, key * 100L);
            }
        }
        node.results.put("content.stats", stats.build());
    }

    @AfterEach
    void end() throws Exception {
        node.close();
    }

    private static CborMap rows(Object... rows) {
        return CborMap.builder().put(1, List.of(rows)).build();
    }

    @Test
    void statusTellsHowTheNodeIs() {
        JsonNode json = trial.json("status");

        assertThat(json.get("node_id").asText()).isEqualTo(ID.hex());
        assertThat(json.get("boot_ms").asLong()).isEqualTo(812);
        assertThat(json.get("resident_bytes").asLong()).isEqualTo(200L << 20);
        assertThat(trial.run("status")).isZero();
        assertThat(trial.output())
                .contains("version    1.2.3, 22 bundles")
                .contains("1m 05s")
                .contains("200.0 MiB resident");
    }

    @Test
    void statsPutNodeStoreCacheAndTrafficTogether() {
        JsonNode json = trial.json("stats");

        assertThat(json.at("/node/version").asText()).isEqualTo("1.2.3");
        assertThat(json.at("/store/names").asLong()).isEqualTo(100);
        assertThat(json.at("/store/full").asBoolean()).isFalse();
        assertThat(json.at("/cache/hit_ratio").asDouble()).isEqualTo(800.0 / 1_700);
        assertThat(json.at("/traffic/served_bytes").asLong()).isEqualTo(1_600);
        assertThat(trial.run("stats")).isZero();
        assertThat(trial.output()).contains("47.1 %").contains("damaged");
    }

    @Test
    void storeStatShowsHowFullItIs() {
        JsonNode json = trial.json("store", "stat");
        assertThat(json.get("disk_bytes").asLong()).isEqualTo(500);
        assertThat(json.get("delta_chunks").asLong()).isEqualTo(2_000);
        assertThat(json.get("delta_plain_bytes").asLong()).isEqualTo(2_100);
        assertThat(json.get("delta_stored_bytes").asLong()).isEqualTo(2_200);
        assertThat(trial.run("store", "stat")).isZero();
        assertThat(trial.output())
                .contains("names      100")
                .contains("600 B free")
                .contains("similar    2,000 chunks");
    }

    /** Frames progress and results as the node does. */
    private void answerInSteps(String method, CborMap results) {
        ByteBuffer body = ByteBuffer.allocate(4_096);
        for (CborMap map :
                List.of(
                        CborMap.builder().put(1, 1L).put(2, 10L).build(),
                        CborMap.builder().put(1, 10L).put(2, 10L).build(),
                        CborMap.builder().put(3, results).build())) {
            byte[] encoded = map.encode();
            body.putInt(encoded.length).put(encoded);
        }
        byte[] all = new byte[body.flip().remaining()];
        body.get(all);
        node.rawBodies.put(method, all);
    }

    @Test
    void collectingTellsWhatWasFreed() {
        answerInSteps("content.gc", CborMap.builder().put(1, 7L).put(2, 3L).put(3, 4_096L).build());

        JsonNode json = trial.json("store", "gc");

        assertThat(json.get("chunks_removed").asLong()).isEqualTo(3);
        assertThat(json.get("bytes_freed").asLong()).isEqualTo(4_096);
        assertThat(trial.run("store", "gc")).isZero();
        assertThat(trial.output()).isEqualTo("3 chunks removed, 4.0 KiB freed; 7 stay\n");
    }

    @Test
    void verifyingIsExitFiveWhereSomethingIsDamaged() {
        CborMap.Builder clean =
                CborMap.builder().put(1, 5L).put(2, 50L).put(3, 0L).put(4, List.of()).put(5, true);
        answerInSteps("content.verify", clean.build());
        assertThat(trial.run("store", "verify")).isZero();

        answerInSteps("content.verify", clean.put(3, 1L).put(4, List.of(ID.toBytes())).build());
        assertThat(trial.run("store", "verify")).isEqualTo(5);
        assertThat(trial.output()).contains("1 damaged").contains(ID.toString());

        answerInSteps("content.verify", clean.put(3, 0L).put(4, List.of()).put(5, false).build());
        assertThat(trial.run("store", "verify")).isEqualTo(1);
    }

    @Test
    void peersAndRoutesAreTables() {
        node.bodies.put(
                "node.peers",
                rows(
                        CborMap.builder()
                                .put(1, ID)
                                .put(2, "[::1]:5")
                                .put(3, 1_250L)
                                .put(4, true)
                                .build()));
        node.bodies.put(
                "node.routes",
                rows(
                        CborMap.builder()
                                .put(1, ID)
                                .put(2, ID)
                                .put(3, 2_000L)
                                .put(4, 2L)
                                .put(5, "2.5")
                                .build()));

        assertThat(trial.run("peers")).isZero();
        assertThat(trial.output()).contains(ID.hex().substring(0, 8)).contains("1.25 ms");
        assertThat(trial.json("peers").at("/peers/0/rtt_micros").asLong()).isEqualTo(1_250);
        assertThat(trial.run("route")).isZero();
        assertThat(trial.output()).contains("2.500");
        assertThat(trial.json("route").at("/routes/0/cost").asDouble()).isEqualTo(2.5);
    }

    @Test
    void aNodeWithoutPeersSaysHowToGetSome() {
        node.bodies.put("node.peers", rows());

        assertThat(trial.run("peers")).isZero();
        assertThat(trial.output()).contains("stoq node --peer");
    }

    private static CborMap.Builder strategy(String name, String bundle, String state) {
        return CborMap.builder()
                .put(1, "CachePolicy")
                .put(2, name)
                .put(3, bundle)
                .put(4, "1.0.0")
                .put(5, state)
                .put(6, 2L)
                .put(7, 1_234L)
                .put(8, 1L)
                .put(10, 0L);
    }

    @Test
    void pluginListMergesFilesAndStrategies() {
        node.bodies.put(
                "node.strategies",
                rows(
                        strategy("lru", "org.stoq.cache", "STANDBY").build(),
                        strategy("mine", "org.me", "ACTIVE").put(9, "it broke once").build()));
        node.bodies.put(
                "plugins.list",
                rows(
                        CborMap.builder()
                                .put(1, "mine.jar")
                                .put(2, "active")
                                .put(3, "org.me")
                                .put(4, "1.0.0")
                                .put(7, 9_000L)
                                .build(),
                        CborMap.builder()
                                .put(1, "bad.jar")
                                .put(2, "refused")
                                .put(3, "")
                                .put(4, "")
                                .put(6, "it is no OSGi bundle")
                                .put(7, 1L)
                                .build()));

        JsonNode json = trial.json("plugin", "list");
        assertThat(json.at("/plugins/0/strategies/0/name").asText()).isEqualTo("mine");
        assertThat(json.at("/plugins/1/reason").asText()).isEqualTo("it is no OSGi bundle");
        assertThat(json.get("strategies").size()).isEqualTo(2);
        assertThat(trial.run("plugin", "list")).isZero();
        assertThat(trial.output())
                .containsPattern("mine.jar +active +org.me +1.0.0 +8.8 KiB +unsigned +mine")
                .contains("bad.jar: it is no OSGi bundle")
                .containsPattern("CachePolicy +mine +active +org.me +1.0.0 +2 +1,234 +1")
                .contains("mine: it broke once");
    }

    @Test
    void pluginsAreInstalledAndRemoved() throws Exception {
        Files.writeString(trial.path("mine.jar"), "the jar");
        node.results.put(
                "plugins.install",
                CborMap.builder().put(1, "org.me").put(2, "1.0.0").put(3, "active").build());
        node.results.put("plugins.remove", CborMap.EMPTY);

        assertThat(trial.run("plugin", "install", "mine.jar")).isZero();
        assertThat(trial.output()).isEqualTo("org.me 1.0.0 is active\n");
        assertThat(node.received.get("plugins.install.body")).asString(UTF_8).isEqualTo("the jar");
        assertThat(node.arguments("plugins.install").text(1)).isEqualTo("mine.jar");
        assertThat(trial.run("plugin", "remove", "mine.jar")).isZero();
        assertThat(node.arguments("plugins.remove").text(1)).isEqualTo("mine.jar");
    }

    /** Lets the node run with a configuration. */
    private void runsWith(StoqConfig config) {
        List<Object> keys = new ArrayList<>();
        for (ConfigTable<?> table : StoqConfig.TABLES) {
            var values = config.toMap().getOrDefault(table.name(), Map.of());
            for (ConfigKey key : table.keys()) {
                CborMap.Builder row =
                        CborMap.builder()
                                .put(1, table.name() + "." + key.name())
                                .put(3, key.live())
                                .put(4, false);
                Object value = values.get(key.name());
                if (value != null) {
                    row.put(2, ConfigKey.toToml(value));
                }
                keys.add(row.build());
            }
        }
        config.plugin()
                .forEach((plugin, settings) ->
                        settings.forEach((key, value) ->
                                keys.add(
                                        CborMap.builder()
                                                .put(1, "plugin." + plugin + "." + key)
                                                .put(2, ConfigKey.toToml(value))
                                                .put(3, true)
                                                .put(4, false)
                                                .build())));
        node.bodies.put(
                "node.config", CborMap.builder().put(1, keys).put(2, "/data/stoq.toml").build());
    }

    @Test
    void checkingTellsWhichChangesAreLive() throws Exception {
        runsWith(StoqConfig.defaults().with("plugin.my.policy.depth", "3"));
        Files.writeString(
                trial.path("stoq.toml"),
                """
                [server]
                max_connections = 7
                [cdn]
                cache_policy = "lfu"
                """);

        JsonNode json = trial.json("config", "check", "stoq.toml");
        assertThat(json.get("valid").asBoolean()).isTrue();
        assertThat(json.get("changes").size()).isEqualTo(3);
        assertThat(trial.run("config", "check", "stoq.toml")).isZero();
        assertThat(trial.output())
                .contains("live     cdn.cache_policy: \"adaptive\" -> \"lfu\"")
                .contains("restart  server.max_connections: 100000 -> 7")
                .contains("live     plugin.my.policy.depth: 3 -> unset");
    }

    @Test
    void showingARunningNodeTellsWhatIsNotTheDefault() throws Exception {
        runsWith(StoqConfig.defaults().with("cdn.cache_policy", "lfu"));

        JsonNode keys = trial.json("config", "show", "--running").get("keys");
        List<JsonNode> others = new ArrayList<>();
        for (JsonNode key : keys) {
            if (!key.get("source").asText().equals("default")) {
                others.add(key);
            }
        }
        assertThat(others).hasSize(1);
        JsonNode policy = others.getFirst();
        assertThat(policy.get("key").asText()).isEqualTo("cdn.cache_policy");
        assertThat(policy.get("value").asText()).isEqualTo("\"lfu\"");
        assertThat(policy.get("source").asText()).isEqualTo("node");
        assertThat(policy.get("change").asText()).isEqualTo("live");
    }

    @Test
    void stoppingWaitsUntilTheNodeHasLetGo() {
        node.results.put("node.stop", CborMap.EMPTY);
        node.endsAfter = "node.stop";

        assertThat(trial.run("stop", "--timeout", "5s")).isZero();
        assertThat(trial.output()).contains("has stopped");
    }

    @Test
    void anAnswerOfAnotherFormIsAFailureAndNoDefect() {
        node.bodies.put("node.peers", rows("text"));

        assertThat(trial.run("peers")).isEqualTo(1);
        assertThat(trial.errors()).contains("rows of another form").doesNotContain("defect");
    }

    @Test
    void aPluginThatIsNotThereIsExitThreeWithItsOwnHint() {
        assertThat(trial.run("plugin", "remove", "none.jar")).isEqualTo(3);
        assertThat(trial.errors()).contains("none.jar").contains("stoq plugin list");
    }
}
