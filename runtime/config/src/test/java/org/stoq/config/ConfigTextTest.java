package org.stoq.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.config.ConfigKey;
import org.stoq.sdk.config.ConfigTable;

class ConfigTextTest {
    private static final Path PUBLISHED = Path.of("../../configs/stoq.toml");

    @Test
    void thePublishedFileIsWhatTheRecordsSay() throws IOException {
        assertThat(Files.readString(PUBLISHED)).isEqualTo(ConfigText.render(StoqConfig.defaults()));
    }

    @Test
    void thePublishedFileMeansTheDefaults() throws IOException, ConfigException {
        assertThat(ConfigFile.read(PUBLISHED)).isEqualTo(StoqConfig.defaults());
    }

    @Test
    void everyKeyIsThereWithItsDocumentation() {
        String text = ConfigText.render(StoqConfig.defaults());

        for (ConfigTable<?> table : StoqConfig.TABLES) {
            assertThat(text).contains("[" + table.name() + "]");
            for (ConfigKey key : table.keys()) {
                assertThat(text).contains("# " + key.doc() + "\n").contains(key.name() + " = ");
            }
        }
    }

    @Test
    void whatIsWrittenReadsBack() throws ConfigException {
        StoqConfig config =
                StoqConfig.defaults()
                        .with(
                                Map.of(
                                        "server.listen", "[::1]:0",
                                        "server.ca_path", "/with \"quotes\"\\and\tmore",
                                        "server.idle_timeout", "1500ms",
                                        "transport.keep_alive_interval", "0",
                                        "cdn.edge_nodes", "edge1:1,[::1]:2",
                                        "plugins.pinned_keys", "ab".repeat(32),
                                        "plugin.org.zoo.animals", "3",
                                        "plugin.org.zoo.open", "true"));

        assertThat(ConfigFile.parse("rendered", ConfigText.render(config))).isEqualTo(config);
    }
}
