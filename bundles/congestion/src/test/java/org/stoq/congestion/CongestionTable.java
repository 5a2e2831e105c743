package org.stoq.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.stoq.testkit.path.Bottleneck;
import org.stoq.testkit.path.PathFlow;

/**
 * Writes {@code target/congestion.md}, the table of docs/congestion.md. Takes minutes, so it runs
 * by command only: {@code mvn -B -q test -pl bundles/congestion -Dtest=CongestionTable}.
 */
class CongestionTable {
    private static final int[] MEGABITS = {5, 20, 100, 200};
    private static final int[] ROUND_TRIP_MILLIS = {5, 20, 50, 100};
    private static final double[] BUFFERS = {0.5, 1, 2, 4};

    @Test
    void isWritten() throws IOException {
        StringBuilder table = new StringBuilder();
        table.append("| Mbit/s | ms | NewReno keeps | CUBIC keeps | ledbat uses, alone ")
                .append("| two ledbat, Jain | copa uses, alone | its queueing, p95 ms ")
                .append("| its share beside NewReno |\n|---|---|---|---|---|---|---|---|---|\n");
        for (int rate : MEGABITS) {
            for (int millis : ROUND_TRIP_MILLIS) {
                table.append(row(rate, millis));
            }
        }
        Files.writeString(Path.of("target", "congestion.md"), table);
    }

    private static String row(int rate, int millis) {
        List<Bottleneck> paths = Experiments.paths(new int[] {rate}, new int[] {millis}, BUFFERS);
        double reno = least(paths, path -> Experiments.foregroundKeeps(path, new NewReno()));
        double cubic = least(paths, path -> Experiments.foregroundKeeps(path, new Cubic()));
        double alone = least(paths, path -> ledbat(path).utilisation());
        assertThat(reno).as("%d Mbit/s, %d ms", rate, millis).isGreaterThan(0.9);
        assertThat(cubic).as("%d Mbit/s, %d ms", rate, millis).isGreaterThan(0.9);
        assertThat(alone).as("%d Mbit/s, %d ms", rate, millis).isGreaterThan(0.85);
        return String.format(
                Locale.ROOT,
                "| %d | %d | %.2f | %.2f | %.2f | %.2f | %.2f | %.1f | %.2f |%n",
                rate,
                millis,
                reno,
                cubic,
                alone,
                least(paths, path -> Experiments.fairness(path, new Ledbat())),
                least(paths, path -> copa(path).utilisation()),
                -least(paths, path -> -copa(path).queueingMillis()),
                least(paths, Experiments::copaBesideNewReno));
    }

    private static Experiments.Lone ledbat(Bottleneck path) {
        return Experiments.alone(path, PathFlow.of("ledbat", new Ledbat()));
    }

    private static Experiments.Lone copa(Bottleneck path) {
        return Experiments.alone(path, PathFlow.of("copa", new Copa()));
    }

    private static double least(List<Bottleneck> paths, ToDoubleFunction<Bottleneck> measure) {
        return paths.stream().mapToDouble(measure).min().orElseThrow();
    }
}
