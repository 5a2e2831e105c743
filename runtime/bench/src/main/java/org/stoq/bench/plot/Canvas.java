package org.stoq.bench.plot;

/** What a drawing is drawn on. Coordinates count from the upper left. Belongs to one thread. */
interface Canvas {
    /** The colour of text. */
    String INK = "#1f2328";

    /** The colour of lines that help the eye. */
    String FAINT = "#d0d7de";

    /** How text stands to its point. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    /** Writes words on a line whose foot is at y. */
    void text(double x, double y, Anchor anchor, boolean bold, String words);

    void rectangle(double x, double y, double width, double height, String fill);

    void line(double x1, double y1, double x2, double y2, String stroke);

    /** Draws a line through points: x and y in turn. */
    void polyline(double[] points, String stroke);
}
