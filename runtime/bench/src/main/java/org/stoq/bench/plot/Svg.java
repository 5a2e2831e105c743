package org.stoq.bench.plot;

import java.util.Locale;
import java.util.StringJoiner;

/** An SVG document as it is written; belongs to one thread. */
final class Svg implements Canvas {
    private final StringBuilder text = new StringBuilder();

    Svg(int width, int height) {
        text.append(
                """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" \
                viewBox="0 0 %1$d %2$d" font-family="system-ui, sans-serif" font-size="13">
                <rect width="100%%" height="100%%" fill="#ffffff"/>
                """
                        .formatted(width, height));
    }

    @Override
    public void text(double x, double y, Anchor anchor, boolean bold, String words) {
        add(
                "<text x=\"%s\" y=\"%s\" fill=\"%s\" text-anchor=\"%s\"%s>%s</text>"
                        .formatted(
                                n(x),
                                n(y),
                                INK,
                                anchor.name().toLowerCase(Locale.ROOT),
                                bold ? " font-weight=\"600\"" : "",
                                escape(words)));
    }

    @Override
    public void rectangle(double x, double y, double width, double height, String fill) {
        add(
                "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>"
                        .formatted(n(x), n(y), n(width), n(height), fill));
    }

    @Override
    public void line(double x1, double y1, double x2, double y2, String stroke) {
        add(
                "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\"/>"
                        .formatted(n(x1), n(y1), n(x2), n(y2), stroke));
    }

    @Override
    public void polyline(double[] points, String stroke) {
        StringJoiner places = new StringJoiner(" ");
        for (int i = 0; i + 1 < points.length; i += 2) {
            places.add(n(points[i]) + "," + n(points[i + 1]));
        }
        add(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>"
                        .formatted(places, stroke));
    }

    private void add(String element) {
        text.append(element).append('\n');
    }

    /** A number as SVG reads it: with a point, whatever the language of the system. */
    private static String n(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }

    private static String escape(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** Returns the document. */
    String end() {
        return text + "</svg>\n";
    }
}
