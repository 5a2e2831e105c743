package org.stoq.bench.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ChartsTest {
    private static final String BLUE = "#0969da";

    private static final BarChart BARS =
            new BarChart(
                    "Title & <more>",
                    "Gbit/s",
                    "a note",
                    List.of(
                            new BarChart.Bar("subject", 4, 3, 5, true),
                            new BarChart.Bar("other", 2, 1, 2.5, false),
                            new BarChart.Bar("nothing", 0, 0, 0, false)));

    private static final LatencyChart CURVES =
            new LatencyChart(
                    "Latency",
                    "a note",
                    List.of(
                            new LatencyChart.Curve("steep", percent -> percent),
                            new LatencyChart.Curve("flat", percent -> 10)));

    private static final MissRatioChart MISSES =
            new MissRatioChart(
                    "Misses",
                    "a note",
                    List.of(
                            new MissRatioChart.Curve(
                                    "one",
                                    List.of(
                                            new MissRatioChart.Point(100, "100", 0.2),
                                            new MissRatioChart.Point(1, "1", 0.8),
                                            new MissRatioChart.Point(10, "10", 0.4))),
                            new MissRatioChart.Curve(
                                    "two", List.of(new MissRatioChart.Point(10, "10", 0)))));

    private final Locale before = Locale.getDefault();

    @BeforeEach
    void speakGerman() {
        // Where a comma stands for a point: an SVG must not have any.
        Locale.setDefault(Locale.GERMANY);
    }

    @AfterEach
    void speakAsBefore() {
        Locale.setDefault(before);
    }

    private static List<Element> elements(Drawing drawing, String name) throws Exception {
        Document document =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(drawing.svg())));
        NodeList found = document.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            elements.add((Element) found.item(i));
        }
        return elements;
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    @Test
    void barsAreAsLongAsTheirValues() throws Exception {
        // The first one is the background.
        List<Element> bars = elements(BARS, "rect").subList(1, 4);

        double longest = number(bars.getFirst(), "width");
        assertThat(longest).isPositive();
        assertThat(number(bars.get(1), "width")).isEqualTo(longest / 2);
        assertThat(number(bars.get(2), "width")).isZero();
        assertThat(bars.getFirst().getAttribute("fill")).isEqualTo(BLUE);
        assertThat(bars.get(1).getAttribute("fill")).isNotEqualTo(BLUE);
    }

    @Test
    void whiskersReachFromTheLowestToTheHighest() throws Exception {
        Element bar = elements(BARS, "rect").get(1);
        Element whisker = elements(BARS, "line").getFirst();
        double unit = number(bar, "width") / 4;

        assertThat(number(whisker, "x1")).isEqualTo(number(bar, "x") + 3 * unit);
        assertThat(number(whisker, "x2")).isEqualTo(number(bar, "x") + 5 * unit);
    }

    @Test
    void everythingStaysInsideThePicture() throws Exception {
        for (Drawing drawing : List.of(BARS, CURVES, MISSES)) {
            Element picture = elements(drawing, "svg").getFirst();
            for (Element line : elements(drawing, "line")) {
                assertThat(number(line, "x2")).isBetween(0.0, number(picture, "width"));
                assertThat(number(line, "y2")).isBetween(0.0, number(picture, "height"));
            }
        }
    }

    @Test
    void textIsWhatWasSaid() throws Exception {
        assertThat(elements(BARS, "text"))
                .extracting(Element::getTextContent)
                .containsExactly(
                        "Title & <more>",
                        "a note",
                        "subject",
                        "4.00 Gbit/s",
                        "other",
                        "2.00 Gbit/s",
                        "nothing",
                        "0.00 Gbit/s");
    }

    @Test
    void aCurveRisesFromLeftToRight() throws Exception {
        List<Element> curves = elements(CURVES, "polyline");
        double[][] steep = points(curves.getFirst());
        double[][] flat = points(curves.getLast());

        assertThat(curves).hasSize(2);
        for (int i = 1; i < steep.length; i++) {
            assertThat(steep[i][0]).isGreaterThan(steep[i - 1][0]);
            // Upwards is less.
            assertThat(steep[i][1]).isLessThanOrEqualTo(steep[i - 1][1]);
            assertThat(flat[i][1]).isEqualTo(flat[0][1]);
        }
        assertThat(steep[steep.length - 1][1]).isLessThan(steep[0][1] - 100);
    }

    @Test
    void tenTimesTheSizeIsAlwaysAsFarToTheRight() throws Exception {
        double[][] one = points(elements(MISSES, "polyline").getFirst());

        assertThat(one).hasDimensions(3, 2);
        assertThat(one[1][0] - one[0][0]).isPositive().isEqualTo(one[2][0] - one[1][0]);
        assertThat(one[1][1] - one[0][1]).isEqualTo(2 * (one[2][1] - one[1][1]));
        assertThat(elements(MISSES, "text"))
                .extracting(Element::getTextContent)
                .contains("80.0 %", "0.0 %", "1", "10", "100", "one", "two");
    }

    private static double[][] points(Element curve) {
        return Arrays.stream(curve.getAttribute("points").split(" ", -1))
                .map(pair ->
                        Arrays.stream(pair.split(",", -1))
                                .mapToDouble(Double::parseDouble)
                                .toArray())
                .toArray(double[][]::new);
    }

    @Test
    void eachFurtherNineTakesAsMuchRoom() throws Exception {
        List<Element> marks =
                elements(CURVES, "text").stream()
                        .filter(text -> text.getAttribute("text-anchor").equals("middle"))
                        .toList();

        assertThat(marks)
                .extracting(Element::getTextContent)
                .containsExactly("0 %", "90 %", "99 %", "99.9 %");
        double step = number(marks.get(1), "x") - number(marks.get(0), "x");
        assertThat(number(marks.get(3), "x") - number(marks.get(2), "x"))
                .isCloseTo(step, org.assertj.core.data.Offset.offset(0.2));
    }

    @Test
    void theImageShowsTheSame() throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(BARS.png()));

        assertThat(image.getWidth()).isEqualTo(2 * 860);
        long blue = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                blue += (image.getRGB(x, y) & 0xFFFFFF) == 0x0969DA ? 1 : 0;
            }
        }
        // 4 of 5 parts of the room for bars, less the whisker.
        double room = 2 * (860 - 260 - 120) * 4 / 5.0 * 2 * 20;
        assertThat((double) blue).isBetween(0.9 * room, room);
    }

    @Test
    void nothingCannotBeDrawn() {
        assertThatThrownBy(() -> new BarChart("", "", "", List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LatencyChart("", "", List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MissRatioChart("", "", List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MissRatioChart.Point(0, "0", 0.5))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
