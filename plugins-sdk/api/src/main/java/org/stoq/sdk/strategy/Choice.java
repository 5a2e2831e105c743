package org.stoq.sdk.strategy;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which strategy of a slot is to be used: the one with the configured name; where that is not here,
 * the one that was active before the one that went or failed; else the highest ranking, the newest
 * of equals.
 *
 * <p>Pure; belongs to whoever holds the slot's lock.
 *
 * @param <S> kind of strategy
 */
final class Choice<S extends Strategy> {
    private final boolean namedOnly;
    private @Nullable String preferredName;

    /** Name of the strategy that was active before the one that is. */
    private @Nullable String formerName;

    /** Who takes over after a loss; set only then, so that rankings decide otherwise. */
    private @Nullable String fallbackName;

    /**
     * Makes the rule.
     *
     * @param namedOnly whether nothing is used but what the configuration names
     */
    Choice(boolean namedOnly) {
        this.namedOnly = namedOnly;
    }

    /** Returns whether a slot that uses nothing is in order. */
    boolean namedOnly() {
        return namedOnly;
    }

    /** Sets the name that the configuration asks for. */
    void prefer(String name) {
        preferredName = name;
        fallbackName = null;
    }

    /**
     * Chooses anew.
     *
     * @param tenures all there are, in the order in which they came
     * @param before the one that is active
     * @return the one to use from now on; null if there is none
     */
    @Nullable Tenure<S> among(List<Tenure<S>> tenures, @Nullable Tenure<S> before) {
        boolean lost = before != null && !before.eligible();
        if (lost) {
            fallbackName = formerName;
        }
        Tenure<S> after =
                tenures.stream()
                        .filter(Tenure::eligible)
                        .filter(tenure -> !namedOnly || tenure.name().equals(preferredName))
                        .max(order(tenures))
                        .orElse(null);
        if (before != null && before != after && !lost) {
            formerName = before.name();
        }
        return after;
    }

    /** Orders tenures by how much they are to be chosen, the least first. */
    Comparator<Tenure<S>> order(List<Tenure<S>> tenures) {
        return Comparator.comparing((Tenure<S> tenure) -> tenure.name().equals(preferredName))
                .thenComparing(tenure -> tenure.name().equals(fallbackName))
                .thenComparing(tenure -> tenure.origin().ranking())
                .thenComparing(tenures::indexOf);
    }
}
