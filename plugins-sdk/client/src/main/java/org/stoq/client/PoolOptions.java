package org.stoq.client;

import java.time.Duration;

/**
 * How many connections a pool holds to one server, and how often it tries.
 *
 * @param maxConnections most connections that take new calls, at least 1
 * @param streamsPerConnection how many streams are under way on every connection before a further
 *     one is opened, at least 1
 * @param idleTimeout after how long without a stream a connection is closed
 * @param maxAttempts how often a read is tried in all, within its deadline; 1 for never again
 */
public record PoolOptions(
        int maxConnections, int streamsPerConnection, Duration idleTimeout, int maxAttempts) {
    /** What suits most: 2 connections, the second one from 32 streams on, a minute, 4 attempts. */
    public static final PoolOptions DEFAULTS = new PoolOptions(2, 32, Duration.ofMinutes(1), 4);

    /** Checks the ranges. */
    public PoolOptions {
        if (maxConnections < 1
                || streamsPerConnection < 1
                || maxAttempts < 1
                || !idleTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "a pool of %d connections, %d streams each, idle for %s, %d attempts"
                            .formatted(
                                    maxConnections,
                                    streamsPerConnection,
                                    idleTimeout,
                                    maxAttempts));
        }
    }
}
