package org.stoq.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigDiffTest {
    private final StoqConfig before = StoqConfig.defaults();

    @Test
    void tellsNothingAboutEqualConfigurations() {
        assertThat(ConfigDiff.between(before, StoqConfig.defaults()).changes()).isEmpty();
    }

    @Test
    void tellsWhatAppliesLiveAndWhatNeedsARestart() throws ConfigException {
        StoqConfig after =
                before.with(
                        Map.of(
                                "cdn.cache_size", "1GB",
                                "cdn.edge_nodes", "edge1:1",
                                "server.listen", "[::1]:1",
                                "server.ca_path", "/ca.pem"));

        ConfigDiff diff = ConfigDiff.between(before, after);

        assertThat(diff.live())
                .extracting(ConfigDiff.Change::toString)
                .containsExactly(
                        "cdn.cache_size: \"10GB\" -> \"1GB\"",
                        "cdn.edge_nodes: [] -> [\"edge1:1\"]");
        assertThat(diff.restart())
                .extracting(ConfigDiff.Change::toString)
                .containsExactly(
                        "server.listen: \"[::]:4433\" -> \"[::1]:1\"",
                        "server.ca_path: unset -> \"/ca.pem\"");
    }

    @Test
    void spellingsOfOneValueAreNoChange() throws ConfigException {
        StoqConfig after =
                before.with(Map.of("server.idle_timeout", "30s", "cdn.cache_size", "10000MB"));

        assertThat(ConfigDiff.between(before, after).changes()).isEmpty();
    }

    @Test
    void aRunningNodeTakesOverWhatIsLiveAndNothingElse() throws ConfigException {
        StoqConfig after =
                before.with(
                        Map.of(
                                "cdn.cache_policy", "lfu",
                                "cdn.store", "other",
                                "plugin.zoo.animals", "3"));

        StoqConfig effective = ConfigDiff.between(before, after).effective();

        assertThat(effective)
                .isEqualTo(
                        before.with(Map.of("cdn.cache_policy", "lfu", "plugin.zoo.animals", "3")));
        assertThat(ConfigDiff.between(effective, after).changes())
                .extracting(ConfigDiff.Change::key)
                .containsExactly("cdn.store");
    }

    @Test
    void tellsEachSettingOfAPlugin() throws ConfigException {
        StoqConfig old = before.with(Map.of("plugin.zoo.animals", "3", "plugin.zoo.open", "true"));
        StoqConfig young = before.with(Map.of("plugin.zoo.animals", "4", "plugin.ark.pairs", "2"));

        assertThat(ConfigDiff.between(old, young).live())
                .extracting(ConfigDiff.Change::toString)
                .containsExactly(
                        "plugin.ark.pairs: unset -> 2",
                        "plugin.zoo.animals: 3 -> 4",
                        "plugin.zoo.open: true -> unset");
    }
}
