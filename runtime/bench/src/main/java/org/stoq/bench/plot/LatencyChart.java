package org.stoq.bench.plot;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * Latency over the share of requests that did not exceed it; the axis of shares gives each further
 * nine as much room as the one before. Immutable.
 *
 * @param title what is shown
 * @param note where it comes from, in one line
 * @param curves at least one
 */
public record LatencyChart(String title, String note, List<Curve> curves) implements Drawing {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 420;
    private static final int LEFT = 80;
    private static final int RIGHT = 30;
    private static final int TOP = 70;
    private static final int BOTTOM = 70;
    private static final int POINTS_PER_NINE = 40;
    private static final int NINES = 3;
    private static final int GRID_LINES = 5;
    private static final List<String> COLOURS =
            List.of("#0969da", "#bc4c00", "#1a7f37", "#8250df", "#57606a");

    /** Copies the list. */
    public LatencyChart {
        curves = List.copyOf(curves);
        if (curves.isEmpty()) {
            throw new IllegalArgumentException("no curves");
        }
    }

    /**
     * One curve.
     *
     * @param label what it stands for
     * @param millisAt latency in milliseconds at a percentage, 0 to 100
     */
    public record Curve(String label, DoubleUnaryOperator millisAt) {}

    @Override
    public String svg() {
        Svg svg = new Svg(WIDTH, HEIGHT);
        draw(svg);
        return svg.end();
    }

    @Override
    public byte[] png() {
        return Png.of(WIDTH, HEIGHT, this::draw);
    }

    private void draw(Canvas canvas) {
        canvas.text(16, 26, Canvas.Anchor.START, true, title);
        canvas.text(16, 45, Canvas.Anchor.START, false, note);
        double most =
                curves.stream()
                        .mapToDouble(curve -> curve.millisAt.applyAsDouble(percent(NINES)))
                        .max()
                        .orElse(1);
        double top = most > 0 ? most : 1;
        for (int line = 0; line <= GRID_LINES; line++) {
            double value = top * line / GRID_LINES;
            double y = y(value, top);
            canvas.line(LEFT, y, WIDTH - RIGHT, y, Canvas.FAINT);
            canvas.text(
                    LEFT - 8,
                    y + 4,
                    Canvas.Anchor.END,
                    false,
                    String.format(Locale.ROOT, "%.2f ms", value));
        }
        String[] marks = {"0 %", "90 %", "99 %", "99.9 %"};
        for (int nine = 0; nine <= NINES; nine++) {
            canvas.text(x(nine), HEIGHT - BOTTOM + 20, Canvas.Anchor.MIDDLE, false, marks[nine]);
        }
        for (int i = 0; i < curves.size(); i++) {
            draw(canvas, i, top);
        }
    }

    private void draw(Canvas canvas, int index, double top) {
        Curve curve = curves.get(index);
        String colour = COLOURS.get(index % COLOURS.size());
        int count = NINES * POINTS_PER_NINE + 1;
        double[] points = new double[2 * count];
        for (int i = 0; i < count; i++) {
            double nines = (double) i / POINTS_PER_NINE;
            points[2 * i] = x(nines);
            points[2 * i + 1] = y(curve.millisAt.applyAsDouble(percent(nines)), top);
        }
        canvas.polyline(points, colour);
        double x = LEFT + index * (double) (WIDTH - LEFT - RIGHT) / curves.size();
        canvas.rectangle(x, HEIGHT - 28, 12, 12, colour);
        canvas.text(x + 18, HEIGHT - 17, Canvas.Anchor.START, false, curve.label);
    }

    private static double percent(double nines) {
        return 100 * (1 - Math.pow(10, -nines));
    }

    private static double x(double nines) {
        return LEFT + nines * (WIDTH - LEFT - RIGHT) / NINES;
    }

    private static double y(double value, double top) {
        return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
    }
}
