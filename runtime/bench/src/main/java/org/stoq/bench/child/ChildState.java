package org.stoq.bench.child;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.Contender;
import org.stoq.bench.contender.ContenderSpec;
import org.stoq.bench.contender.Kind;
import org.stoq.bench.contender.Setup;
import org.stoq.bench.contender.Tally;
import org.stoq.bench.contender.UnavailableException;
import org.stoq.client.pattern.Pattern;

/** What the parts of a child share; made from the first message that needs it. One thread. */
final class ChildState {
    private final Tally tally = new Tally();
    private @Nullable Setup setup;
    private @Nullable Contender contender;

    Tally tally() {
        return tally;
    }

    Setup setup(Message question, boolean server) throws IOException {
        Setup known = setup;
        if (known == null) {
            BenchFolder folder = new BenchFolder(Path.of(question.text("folder")));
            ContenderSpec spec = ContenderSpec.parse(question.text("contender"));
            known =
                    new Setup(
                            (int) question.number("mtu"),
                            question.text("congestion"),
                            (int) question.number("connections"),
                            server ? folder.server() : folder.client(),
                            tally,
                            Duration.ofMillis(question.number("idle")),
                            new Pattern(Pattern.DEFAULT_SEED, spec.kind().directBuffers()),
                            local(question));
            setup = known;
        }
        return known;
    }

    Contender contender(Message question, boolean server) throws IOException, UnavailableException {
        Contender created = contender;
        if (created == null) {
            created =
                    Kind.of(
                            ContenderSpec.parse(question.text("contender")),
                            setup(question, server));
            contender = created;
        }
        return created;
    }

    /** Returns where clients send from: {@code from}, or whatever the system chooses. */
    private static InetSocketAddress local(Message question) {
        return new InetSocketAddress(InetAddress.ofLiteral(question.find("from").orElse("::")), 0);
    }

    /** Returns where the other end listens. */
    static InetSocketAddress remote(Message question) {
        return new InetSocketAddress(InetAddress.ofLiteral("::1"), (int) question.number("port"));
    }
}
