package org.stoq.sdk.config;

import java.time.Duration;

/**
 * How paths through the mesh are found.
 *
 * @param updateInterval how often routes are recomputed and adverts sent at most
 * @param algorithm name of the strategy that computes routes
 * @param maxHops how many links a path or an advert may cross
 * @param timeout after how long without news a link is dead
 */
@Table(value = RoutingConfig.NAME, doc = "How paths through the mesh are found.")
public record RoutingConfig(
        @Key(
                        doc = "How often routes are recomputed, and adverts sent at most.",
                        fallback = "100",
                        unit = Unit.MILLISECONDS,
                        live = true,
                        min = 10,
                        max = 3_600_000)
                Duration updateInterval,
        @Key(
                        doc = "Name of the strategy that computes routes.",
                        fallback = "dijkstra",
                        live = true,
                        pattern = StrategyName.PATTERN,
                        form = StrategyName.FORM)
                String algorithm,
        @Key(
                        doc = "How many links a path or an advert may cross.",
                        fallback = "10",
                        live = true,
                        min = 1,
                        max = 255)
                int maxHops,
        @Key(
                        doc = "After how long without news a link is dead.",
                        fallback = "5000",
                        unit = Unit.MILLISECONDS,
                        live = true,
                        min = 10,
                        max = 86_400_000)
                Duration timeout) {
    /** Name of the table. */
    public static final String NAME = "routing";

    /** ConfigAdmin PID of the table. */
    public static final String PID = ConfigTable.PID_PREFIX + NAME;

    /** The table itself. */
    public static final ConfigTable<RoutingConfig> TABLE = ConfigTable.of(RoutingConfig.class);

    /**
     * Checks ranges, and that links do not die between two updates.
     *
     * @throws InvalidConfigException with everything that is wrong
     */
    public RoutingConfig {
        TABLE.require(updateInterval, algorithm, maxHops, timeout);
        TABLE.refuseIf(
                timeout.compareTo(updateInterval) <= 0,
                "timeout",
                "every link would be dead before the next update",
                "make it several times update_interval");
    }
}
