package org.stoq.bench;

import java.util.List;

/**
 * What several measurements of the same thing came to.
 *
 * @param median the one in the middle; between two, their mean
 * @param lowest the lowest
 * @param highest the highest
 */
public record Spread(double median, double lowest, double highest) {
    /**
     * Returns the spread of values.
     *
     * @param values at least one
     */
    public static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int upper = sorted.size() / 2;
        int lower = (sorted.size() - 1) / 2;
        return new Spread(
                (sorted.get(lower) + sorted.get(upper)) / 2, sorted.getFirst(), sorted.getLast());
    }
}
