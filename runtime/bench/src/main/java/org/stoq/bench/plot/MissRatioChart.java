package org.stoq.bench.plot;

import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Shares of requests that were missed over the size of a cache, which is drawn by its logarithm.
 * Immutable.
 *
 * @param title what is shown
 * @param note where it comes from, in one line
 * @param curves at least one
 */
public record MissRatioChart(String title, String note, List<Curve> curves) implements Drawing {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 480;
    private static final int LEFT = 80;
    private static final int RIGHT = 190;
    private static final int TOP = 70;
    private static final int BOTTOM = 50;
    private static final int GRID_LINES = 5;
    private static final int LEGEND_STEP = 24;
    private static final double MARK = 3;
    private static final List<String> COLOURS =
            List.of(
                    "#0969da", "#bc4c00", "#1a7f37", "#8250df", "#57606a", "#bf3989", "#9a6700",
                    "#1b7c83", "#cf222e", "#24292f");

    /** Copies the list. */
    public MissRatioChart {
        curves = List.copyOf(curves);
        if (curves.isEmpty() || curves.stream().anyMatch(curve -> curve.points.isEmpty())) {
            throw new IllegalArgumentException("no curves, or one without points");
        }
    }

    /**
     * One curve.
     *
     * @param label what it stands for
     * @param points at least one
     */
    public record Curve(String label, List<Point> points) {
        /** Puts the points in the order of their sizes. */
        public Curve {
            points =
                    points.stream()
                            .sorted(java.util.Comparator.comparingDouble(Point::size))
                            .toList();
        }
    }

    /**
     * One point.
     *
     * @param size of the cache, above 0
     * @param label of that size
     * @param miss share that was missed, 0 to 1
     */
    public record Point(double size, String label, double miss) {
        /** Refuses what cannot be drawn. */
        public Point {
            if (!(size > 0) || !(miss >= 0)) {
                throw new IllegalArgumentException("a miss of " + miss + " at size " + size);
            }
        }
    }

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
        double most = 0;
        TreeMap<Double, String> sizes = new TreeMap<>();
        for (Curve curve : curves) {
            for (Point point : curve.points) {
                most = Math.max(most, point.miss);
                sizes.put(point.size, point.label);
            }
        }
        double top = most > 0 ? most : 1;
        for (int line = 0; line <= GRID_LINES; line++) {
            double value = top * line / GRID_LINES;
            double y = y(value, top);
            canvas.line(LEFT, y, WIDTH - RIGHT, y, Canvas.FAINT);
            String percent = String.format(Locale.ROOT, "%.1f %%", 100 * value);
            canvas.text(LEFT - 8, y + 4, Canvas.Anchor.END, false, percent);
        }
        double least = sizes.firstKey();
        double largest = sizes.lastKey();
        sizes.forEach((size, label) -> {
            double x = x(size, least, largest);
            canvas.line(x, TOP, x, HEIGHT - BOTTOM, Canvas.FAINT);
            canvas.text(x, HEIGHT - BOTTOM + 20, Canvas.Anchor.MIDDLE, false, label);
        });
        for (int i = 0; i < curves.size(); i++) {
            draw(canvas, i, top, least, largest);
        }
    }

    private void draw(Canvas canvas, int index, double top, double least, double largest) {
        Curve curve = curves.get(index);
        String colour = COLOURS.get(index % COLOURS.size());
        double[] points = new double[2 * curve.points.size()];
        for (int i = 0; i < curve.points.size(); i++) {
            Point point = curve.points.get(i);
            points[2 * i] = x(point.size, least, largest);
            points[2 * i + 1] = y(point.miss, top);
            canvas.rectangle(
                    points[2 * i] - MARK, points[2 * i + 1] - MARK, 2 * MARK, 2 * MARK, colour);
        }
        canvas.polyline(points, colour);
        double y = TOP + index * (double) LEGEND_STEP;
        canvas.rectangle(WIDTH - RIGHT + 24, y, 12, 12, colour);
        canvas.text(WIDTH - RIGHT + 42, y + 11, Canvas.Anchor.START, false, curve.label);
    }

    private static double x(double size, double least, double largest) {
        double share = largest > least ? Math.log(size / least) / Math.log(largest / least) : 0.5;
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double miss, double top) {
        return HEIGHT - BOTTOM - miss / top * (HEIGHT - TOP - BOTTOM);
    }
}
