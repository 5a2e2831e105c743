package org.stoq.launcher;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What to run.
 *
 * @param home folder of the distribution, which holds {@code bundles.list}
 * @param config the configuration file; empty for {@code stoq.toml} in the data folder, which need
 *     not exist
 * @param settings values over the file by table and key, such as {@code server.listen}
 */
public record LaunchOptions(Path home, Optional<Path> config, Map<String, String> settings) {
    /** Copies the map. */
    public LaunchOptions {
        settings = Map.copyOf(settings);
    }
}
