package org.stoq.bench.child;

import java.io.IOException;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.Strangers;
import org.stoq.client.StoqServer;
import org.stoq.client.pattern.Pattern;
import org.stoq.sdk.config.HostPort;

/** What a child does as many honest clients, each of which comes once. One thread. */
final class VisitPart {
    private static final double MEDIAN = 50;
    private static final double NEARLY_ALL = 99;

    private @Nullable Strangers strangers;

    /** Comes to {@code port} so often in a second ({@code rate}) for so long ({@code nanos}). */
    Message visit(Message question) throws IOException, InterruptedException {
        Strangers coming = strangers;
        if (coming == null) {
            coming =
                    new Strangers(
                            new BenchFolder(Path.of(question.text("folder"))).client(),
                            StoqServer.DEFAULT_QUIC);
            strangers = coming;
        }
        Strangers clients = coming;
        HostPort server = HostPort.of(ChildState.remote(question));
        Visits visits =
                new Visits(() -> clients.connect(server), new Pattern(Pattern.DEFAULT_SEED, false));
        visits.make(Double.parseDouble(question.text("rate")), question.number("nanos"));
        Histogram connecting = visits.connecting();
        Message made =
                Message.of("visited")
                        .with("attempted", visits.attempted())
                        .with("succeeded", connecting.getTotalCount())
                        .with("wrong", visits.wrong())
                        .with("p50", connecting.getValueAtPercentile(MEDIAN))
                        .with("p99", connecting.getValueAtPercentile(NEARLY_ALL))
                        .with("longest", connecting.getMaxValue());
        return visits.firstFailure().map(why -> made.with("first", why)).orElse(made);
    }
}
