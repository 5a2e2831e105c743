package org.stoq.bench.plot;

import java.util.List;
import java.util.Locale;

/**
 * Bars beside each other, each with its lowest and highest value as a whisker. Immutable.
 *
 * @param title what is shown
 * @param unit what the values are counted in
 * @param note where it comes from, in one line
 * @param bars at least one
 */
public record BarChart(String title, String unit, String note, List<Bar> bars) implements Drawing {
    private static final int WIDTH = 860;
    private static final int LEFT = 260;
    private static final int RIGHT = 120;
    private static final int TOP = 62;
    private static final int BAR = 20;
    private static final int STEP = 32;
    private static final int BOTTOM = 26;
    private static final String FIRST = "#0969da";
    private static final String OTHERS = "#8c959f";

    /** Copies the list. */
    public BarChart {
        bars = List.copyOf(bars);
        if (bars.isEmpty()) {
            throw new IllegalArgumentException("no bars");
        }
    }

    /**
     * One bar.
     *
     * @param label what it stands for
     * @param value its length, 0 or more
     * @param lowest where its whisker begins
     * @param highest where its whisker ends
     * @param subject whether it is what the others are compared with
     */
    public record Bar(String label, double value, double lowest, double highest, boolean subject) {}

    @Override
    public String svg() {
        Svg svg = new Svg(WIDTH, height());
        draw(svg);
        return svg.end();
    }

    @Override
    public byte[] png() {
        return Png.of(WIDTH, height(), this::draw);
    }

    private int height() {
        return TOP + STEP * bars.size() + BOTTOM;
    }

    private void draw(Canvas canvas) {
        canvas.text(16, 26, Canvas.Anchor.START, true, title);
        canvas.text(16, 45, Canvas.Anchor.START, false, note);
        double most =
                bars.stream().mapToDouble(bar -> Math.max(bar.value, bar.highest)).max().orElse(1);
        double scale = most > 0 ? (WIDTH - LEFT - RIGHT) / most : 0;
        double y = TOP;
        for (Bar bar : bars) {
            double middle = y + BAR / 2.0;
            canvas.text(LEFT - 10, middle + 4, Canvas.Anchor.END, bar.subject, bar.label);
            canvas.rectangle(LEFT, y, bar.value * scale, BAR, bar.subject ? FIRST : OTHERS);
            canvas.line(
                    LEFT + bar.lowest * scale,
                    middle,
                    LEFT + bar.highest * scale,
                    middle,
                    Canvas.INK);
            canvas.text(
                    LEFT + Math.max(bar.value, bar.highest) * scale + 8,
                    middle + 4,
                    Canvas.Anchor.START,
                    bar.subject,
                    String.format(Locale.ROOT, "%.2f %s", bar.value, unit));
            y += STEP;
        }
        canvas.line(LEFT, TOP - 6, LEFT, y, Canvas.FAINT);
    }
}
