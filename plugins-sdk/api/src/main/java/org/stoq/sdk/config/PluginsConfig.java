package org.stoq.sdk.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which plug-ins are let in, and how they are replaced.
 *
 * @param directory the watched folder; a relative one is found in the node's data folder
 * @param requireSigned whether every entry of a plug-in must be signed by a pinned key; empty means
 *     that it must, except on a node that listens on a loopback address
 * @param pinnedKeys raw Ed25519 public keys or SHA-256 fingerprints of certificates, 64 lower-case
 *     hexadecimal digits each
 * @param maxSize largest plug-in file
 * @param stallTimeout how long a call to a plug-in may take before the plug-in is isolated
 * @param drainTimeout how long calls in flight may go on in a plug-in that is leaving
 */
@Table(value = PluginsConfig.NAME, doc = "Which plug-ins are let in, and how they are replaced.")
public record PluginsConfig(
        @Key(doc = "The watched folder; a relative one is found in data_dir.", fallback = "plugins")
                Path directory,
        @Key(
                        doc =
                                "Whether every entry of a plug-in must be signed by a pinned key."
                                        + " Unset: yes, unless the node listens on a loopback"
                                        + " address.",
                        example = "true",
                        live = true)
                Optional<Boolean> requireSigned,
        @Key(
                        doc =
                                "Who may sign: raw Ed25519 public keys"
                                        + " or SHA-256 fingerprints of certificates.",
                        example =
                                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                        live = true,
                        pattern = "[0-9a-fA-F]{64}",
                        form = "64 hexadecimal digits each")
                List<String> pinnedKeys,
        @Key(doc = "Largest plug-in file.", fallback = "64MB", unit = Unit.BYTES) ByteSize maxSize,
        @Key(
                        doc =
                                "How long a call to a plug-in may take before the plug-in is"
                                        + " isolated.",
                        fallback = "5s",
                        unit = Unit.MILLISECONDS,
                        live = true,
                        min = 10,
                        max = 3_600_000)
                Duration stallTimeout,
        @Key(
                        doc = "How long calls in flight may go on in a plug-in that is leaving.",
                        fallback = "10s",
                        unit = Unit.SECONDS,
                        live = true,
                        min = 0,
                        max = 3_600)
                Duration drainTimeout) {
    /** Name of the table. */
    public static final String NAME = "plugins";

    /** ConfigAdmin PID of the table. */
    public static final String PID = ConfigTable.PID_PREFIX + NAME;

    /** The table itself. */
    public static final ConfigTable<PluginsConfig> TABLE = ConfigTable.of(PluginsConfig.class);

    /**
     * Copies the list, checks ranges, and that there is a key where signatures are required.
     *
     * @throws InvalidConfigException with everything that is wrong
     */
    public PluginsConfig {
        pinnedKeys = pinnedKeys.stream().map(key -> key.toLowerCase(Locale.ROOT)).toList();
        TABLE.require(directory, requireSigned, pinnedKeys, maxSize, stallTimeout, drainTimeout);
        TABLE.refuseIf(
                requireSigned.orElse(false) && pinnedKeys.isEmpty(),
                "require_signed",
                "no plug-in could be let in: signatures are required and no key is pinned",
                "add a key to pinned_keys");
    }
}
