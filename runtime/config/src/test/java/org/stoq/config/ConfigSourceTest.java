package org.stoq.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigSourceTest {
    @TempDir private Path folder;

    @Test
    void isToldAsPropertiesAndReadBack() {
        ConfigSource source =
                new ConfigSource(
                        Optional.of(folder.resolve("a.toml")),
                        Map.of("server.listen", "[::1]:0", "plugin.zoo.name", "a=b"));

        assertThat(ConfigSource.ofProperties(source.properties()::get)).isEqualTo(source);
        ConfigSource nothing = new ConfigSource(Optional.empty(), Map.of());
        assertThat(ConfigSource.ofProperties(nothing.properties()::get)).isEqualTo(nothing);
        assertThat(ConfigSource.ofProperties(name -> null)).isEqualTo(nothing);
    }

    @Test
    void passesOverLinesThatAssignNothing() {
        Map<String, String> properties =
                Map.of("stoq.settings", "\n=x\nnothing\ncdn.store=other\n");

        assertThat(ConfigSource.ofProperties(properties::get).settings())
                .containsExactly(Map.entry("cdn.store", "other"));
    }

    @Test
    void findsItsFileInTheDataFolderWhereNoneIsNamed() throws Exception {
        ConfigSource source =
                new ConfigSource(Optional.empty(), Map.of("server.data_dir", folder.toString()));
        assertThat(source.path()).isEqualTo(folder.resolve("stoq.toml"));
        assertThat(source.load().cdn().cachePolicy()).isEqualTo("adaptive");

        Files.writeString(source.path(), "[cdn]\ncache_policy = \"lfu\"\n");

        assertThat(source.load().cdn().cachePolicy()).isEqualTo("lfu");
        assertThat(source.load().server().dataDir()).isEqualTo(folder);
    }

    @Test
    void whatWasTypedGoesOverTheFile() throws Exception {
        Path file = Files.writeString(folder.resolve("a.toml"), "[cdn]\ncache_policy = \"lfu\"\n");

        ConfigSource source =
                new ConfigSource(Optional.of(file), Map.of("cdn.cache_policy", "sieve"));

        assertThat(source.load().cdn().cachePolicy()).isEqualTo("sieve");
    }

    @Test
    void aFileThatWasNamedMustBeThere() {
        ConfigSource source =
                new ConfigSource(Optional.of(folder.resolve("missing.toml")), Map.of());

        assertThatThrownBy(source::load).isInstanceOf(IOException.class);
    }

    @Test
    void pathsAreAbsoluteAndTheHomeFolderIsResolved() throws Exception {
        ConfigSource source =
                new ConfigSource(
                        Optional.empty(),
                        Map.of(
                                "server.data_dir", folder.toString(),
                                "server.cert_path", "~/cert.pem",
                                "server.key_path", "key.pem"));

        StoqConfig config = source.load();

        assertThat(config.server().certPath())
                .contains(Path.of(System.getProperty("user.home"), "cert.pem"));
        assertThat(config.server().keyPath().orElseThrow())
                .isAbsolute()
                .endsWithRaw(Path.of("key.pem"));
    }

    @Test
    void aSecretThatCannotBeUsedIsRefusedAtOnceWithWhatToDo() throws Exception {
        Path secret = folder.resolve("boundary.key");
        ConfigSource source =
                new ConfigSource(
                        Optional.empty(),
                        Map.of(
                                "server.data_dir", folder.toString(),
                                "cdn.boundary_key", secret.toString()));

        assertThatThrownBy(source::load)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cdn.boundary_key")
                .hasMessageContaining(secret + " cannot be read")
                .hasMessageContaining("make one with");
        Files.write(secret, new byte[31]);
        assertThatThrownBy(source::load).hasMessageContaining("31 bytes where 32");
        Files.write(secret, new byte[32]);
        assertThat(source.load().cdn().boundaryKey()).contains(secret);
    }
}
