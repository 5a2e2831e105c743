package org.stoq.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.config.CdnConfig;
import org.stoq.sdk.config.SecretFile;
import org.stoq.sdk.config.ServerConfig;

/**
 * Where a node's configuration comes from: a file, which need not exist, and what was typed over
 * it.
 *
 * @param file the file that was named; empty for {@value #FILE_NAME} in the data folder
 * @param settings values typed on a command line by table and key, such as {@code server.listen}
 */
public record ConfigSource(Optional<Path> file, Map<String, String> settings) {
    /** Name of the file that is read from the data folder where no other is named. */
    public static final String FILE_NAME = "stoq.toml";

    /** Framework property: the file; absent for the one in the data folder. */
    private static final String FILE_PROPERTY = "stoq.config.file";

    /** Framework property: lines {@code table.key=value} that go over the file. */
    private static final String SETTINGS_PROPERTY = "stoq.settings";

    private static final String DATA_DIR = ServerConfig.NAME + ".data_dir";
    private static final String ASSIGN = "=";

    /** Copies the map. */
    public ConfigSource {
        settings = Map.copyOf(settings);
    }

    /**
     * Returns the file that is read, if it exists.
     *
     * @throws ConfigException if the settings are wrong
     */
    public Path path() throws ConfigException {
        if (file.isPresent()) {
            return file.get().toAbsolutePath().normalize();
        }
        Map<String, String> place = new TreeMap<>(settings);
        place.keySet().retainAll(Set.of(DATA_DIR));
        StoqConfig defaults = StoqConfig.defaults().with(place);
        return resolve(defaults.server().dataDir()).resolve(FILE_NAME);
    }

    /**
     * Reads and checks everything; every path of the {@code [server]} table is absolute then.
     * Blocks.
     *
     * @throws ConfigException with everything that is wrong, or with a secret that cannot be used
     * @throws IOException if the file was named and is not there, or cannot be read
     */
    public StoqConfig load() throws IOException, ConfigException {
        Path path = path();
        StoqConfig read =
                file.isPresent() || Files.exists(path)
                        ? ConfigFile.read(path)
                        : StoqConfig.defaults();
        StoqConfig config = absolute(read.with(settings));
        checkSecrets(config);
        return config;
    }

    /** Whoever hides boundaries must not learn later that they were never hidden. */
    private static void checkSecrets(StoqConfig config) throws ConfigException {
        Optional<Path> secret = config.cdn().boundaryKey();
        try {
            secret.ifPresent(SecretFile::read);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    List.of(
                            new ConfigFault(
                                    "cdn.boundary_key",
                                    0,
                                    0,
                                    "",
                                    String.valueOf(e.getMessage()),
                                    Optional.of(
                                            "make one with: head -c 32 /dev/urandom > "
                                                    + secret.orElseThrow()
                                                    + ", and copy it to every node"))));
        }
    }

    /**
     * Returns this source as framework properties, by which the launcher tells the bundles of it.
     */
    public Map<String, String> properties() {
        Map<String, String> properties = new TreeMap<>();
        file.ifPresent(path ->
                properties.put(FILE_PROPERTY, path.toAbsolutePath().normalize().toString()));
        StringBuilder lines = new StringBuilder();
        new TreeMap<>(settings)
                .forEach((key, value) ->
                        lines.append(key).append(ASSIGN).append(value).append('\n'));
        properties.put(SETTINGS_PROPERTY, lines.toString());
        return properties;
    }

    /**
     * Reads what {@link #properties} has written; lines that assign nothing are passed over.
     *
     * @param property returns the value of a framework property; null for none
     */
    public static ConfigSource ofProperties(Function<String, @Nullable String> property) {
        Map<String, String> settings = new TreeMap<>();
        String lines = property.apply(SETTINGS_PROPERTY);
        if (lines != null) {
            lines.lines()
                    .filter(line -> line.indexOf(ASSIGN) > 0)
                    .forEach(line -> {
                        int at = line.indexOf(ASSIGN);
                        settings.put(line.substring(0, at), line.substring(at + 1));
                    });
        }
        return new ConfigSource(
                Optional.ofNullable(property.apply(FILE_PROPERTY)).map(Path::of), settings);
    }

    private static StoqConfig absolute(StoqConfig config) throws ConfigException {
        ServerConfig server = config.server();
        Map<String, String> paths = new LinkedHashMap<>();
        paths.put(DATA_DIR, resolve(server.dataDir()).toString());
        server.certPath().ifPresent(path -> put(paths, "cert_path", path));
        server.keyPath().ifPresent(path -> put(paths, "key_path", path));
        server.caPath().ifPresent(path -> put(paths, "ca_path", path));
        config.cdn()
                .boundaryKey()
                .ifPresent(path ->
                        paths.put(CdnConfig.NAME + ".boundary_key", resolve(path).toString()));
        return config.with(paths);
    }

    private static void put(Map<String, String> paths, String key, Path path) {
        paths.put(ServerConfig.TABLE.name() + "." + key, resolve(path).toString());
    }

    private static Path resolve(Path configured) {
        return StoqConfig.resolve(
                configured, Path.of(System.getProperty("user.home")), Path.of(""));
    }
}
