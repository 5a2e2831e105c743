package org.stoq.sdk.strategy;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The right to use a strategy. As long as it is open the strategy's bundle is not taken away; when
 * the slot's {@linkplain StrategySlot#onChange change listener} speaks, whoever holds a lease for
 * long gives it back soon.
 *
 * @param <S> kind of strategy
 */
@ProviderType
public interface Lease<S extends Strategy> extends AutoCloseable {
    /** Returns the strategy. */
    S strategy();

    /**
     * Returns whether the strategy is leaving or in quarantine: whoever has looked so gives the
     * lease back soon.
     */
    boolean isEnding();

    /** Reports that the strategy has thrown or stalled: it is counted, and replaced. */
    void failed(Throwable cause);

    /** Gives the lease back; a second call changes nothing. */
    @Override
    void close();
}
