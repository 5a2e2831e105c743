package org.stoq.bench;

import java.util.List;

/** The slope of the straight line that fits points best, by least squares. */
final class Slope {
    private Slope() {}

    /**
     * Returns it.
     *
     * @param x as many as there are of the other
     * @return 0 where fewer than two places are known
     */
    static double of(List<Double> x, List<Double> y) {
        double meanX = x.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        double meanY = y.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        double above = 0;
        double below = 0;
        for (int i = 0; i < x.size(); i++) {
            above += (x.get(i) - meanX) * (y.get(i) - meanY);
            below += (x.get(i) - meanX) * (x.get(i) - meanX);
        }
        return below == 0 ? 0 : above / below;
    }
}
