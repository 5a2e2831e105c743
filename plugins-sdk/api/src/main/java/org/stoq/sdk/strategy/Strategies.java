package org.stoq.sdk.strategy;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The node's slots, one per kind of strategy. An OSGi service that the node provides; it feeds the
 * slots with whatever bundles register.
 */
@ProviderType
public interface Strategies {
    /**
     * Returns the one slot for strategies of that kind; the same object each time. Never blocks.
     *
     * @param spi the interface under which they are registered as services
     */
    <S extends Strategy> StrategySlot<S> slot(Class<S> spi);
}
