package org.stoq.sdk.config;

import org.stoq.sdk.strategy.Strategy;

/**
 * The form of a strategy's name. A name that no strategy here has is possible: its plug-in may come
 * later.
 */
final class StrategyName {
    /** What {@link org.stoq.sdk.strategy.Strategy#name} allows. */
    static final String PATTERN = Strategy.NAME_PATTERN;

    /** The same in words. */
    static final String FORM = "a name of lower-case letters, digits, '-', '_' and '.'";

    private StrategyName() {}
}
