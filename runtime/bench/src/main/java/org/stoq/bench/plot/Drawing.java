package org.stoq.bench.plot;

/** A result as a picture. Immutable. */
public sealed interface Drawing permits BarChart, LatencyChart, MissRatioChart {
    /** Returns the picture as an SVG document. */
    String svg();

    /**
     * Returns the picture as a PNG image, at twice the size, for screens with many dots.
     *
     * @throws IllegalStateException if this Java cannot draw, for it has no fonts
     */
    byte[] png();
}
