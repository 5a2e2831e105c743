package org.stoq.bench;

import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers of a report: four digits that say something, for a fifth is noise. */
final class Decimals {
    private static final MathContext FOUR_DIGITS = new MathContext(4);

    private Decimals() {}

    static BigDecimal of(double value) {
        BigDecimal rounded = new BigDecimal(value, FOUR_DIGITS).stripTrailingZeros();
        // 2E+1 is a number too, but nobody expects it.
        return rounded.scale() < 0 ? rounded.setScale(0) : rounded;
    }
}
