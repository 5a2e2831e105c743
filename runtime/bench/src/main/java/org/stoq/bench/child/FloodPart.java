package org.stoq.bench.child;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.flood.Flood;
import org.stoq.sdk.transport.QuicOptions;

/** What a child does as an attacker: floods a port with handshakes that never end. One thread. */
final class FloodPart {
    private @Nullable Flood flood;

    /** Begins. */
    Message begin(Message question) throws IOException {
        flood =
                Flood.start(
                        new Flood.Aim(
                                ChildState.remote(question),
                                QuicOptions.STOQ,
                                (int) question.number("prefixes"),
                                (int) question.number("answering"),
                                (int) question.number("rate"),
                                question.number("seed")));
        return Message.of("flooding");
    }

    private Flood flood() {
        Flood running = flood;
        if (running == null) {
            throw new IllegalStateException("no flood was begun");
        }
        return running;
    }

    /** Sends no more; what comes is counted still. */
    Message stop() throws IOException {
        Flood.Sent sent = flood().stopSending();
        return Message.of("flooded")
                .with("handshakes", sent.handshakes())
                .with("unsent", sent.unsent())
                .with("nanos", sent.nanos());
    }

    /** Ends. */
    Message end() throws IOException {
        Flood.Total total = flood().end();
        flood = null;
        return Message.of("counted")
                .with("retries", total.retries())
                .with("answered", total.answered())
                .with("bytes", total.receivedBytes())
                .with("stray", total.stray())
                .with("of-address", total.largestOfAddress())
                .with("of-handshake", total.largestOfHandshake())
                .with("lost", total.lost())
                .with("lost-at-server", total.lostAtServer());
    }
}
