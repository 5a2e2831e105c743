package org.stoq.sdk.strategy;

import java.util.Optional;

/**
 * What an operator sees of one strategy.
 *
 * @param spi simple name of the interface, such as {@code CachePolicy}
 * @param name the strategy's name
 * @param origin which bundle it comes from
 * @param state what it is doing
 * @param leases uses in flight
 * @param calls uses since it was registered
 * @param failures how often it has thrown or stalled
 * @param lastFailure the newest failure in one line
 */
public record StrategyStatus(
        String spi,
        String name,
        Origin origin,
        State state,
        int leases,
        long calls,
        long failures,
        Optional<String> lastFailure) {
    /** What a strategy is doing. */
    public enum State {
        /** New uses begin on it. */
        ACTIVE,
        /** It could be chosen. */
        STANDBY,
        /** It is leaving: uses in flight finish, none begin. */
        DRAINING,
        /** It has failed too often and is not chosen again until its bundle is replaced. */
        QUARANTINED
    }

    /**
     * Where a strategy comes from.
     *
     * @param bundle symbolic name
     * @param version version
     * @param ranking service ranking; the higher one is preferred where no name is configured
     */
    public record Origin(String bundle, String version, int ranking) {}
}
