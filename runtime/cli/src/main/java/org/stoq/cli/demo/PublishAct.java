package org.stoq.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.stoq.cli.CommandFailure;
import org.stoq.cli.terminal.Amounts;
import org.stoq.cli.terminal.Progress;
import org.stoq.cli.tree.TreeUpload;
import org.stoq.cli.tree.TreeWalk;
import org.stoq.client.Published;
import org.stoq.sdk.Digest;

/**
 * The first act: the content is published at the first node, whose chunker is swapped meanwhile.
 *
 * @param content the folder
 * @param ledger what the acts share
 */
record PublishAct(Path content, Ledger ledger) {
    /** What all names of the content begin with, before a slash. */
    static final String NAME = "content";

    private static final int WIDTH = 8;
    private static final int LIVE_OBJECT_BYTES = 100_000;
    private static final int LIVE_OBJECTS = 50;

    /** Publishes all of it. Blocks. */
    TreeUpload.Outcome run(Cast cast, ExecutorService threads) throws Exception {
        TreeWalk named = TreeWalk.of(content, NAME);
        ledger.terminal()
                .note(
                        "2/5  publish %s at the first node (%s, %s), and swap its chunker meanwhile"
                                .formatted(
                                        content,
                                        Amounts.count(named.entries().size(), "object"),
                                        Amounts.bytes(named.bytes())));
        Cast.Actor first = cast.node(1);
        AtomicBoolean done = new AtomicBoolean();
        int before = ledger.swaps().count();
        long begun = ledger.nanoClock().getAsLong();
        TreeUpload.Outcome outcome;
        Load puts =
                new Load(
                        Ledger.randoms(1, 1), random -> putAnything(first, random), ledger.tally());
        try (Progress bar = ledger.terminal().bytes("put", OptionalLong.of(named.bytes()))) {
            Future<?> swapping = threads.submit(() -> swapChunkers(first, done));
            try {
                outcome =
                        new TreeUpload(first.content(), List.of(), bar::add)
                                .run(named.entries(), WIDTH);
            } finally {
                done.set(true);
            }
            Ledger.get(swapping);
        } finally {
            puts.close();
        }
        ledger.tally().success(outcome.objects());
        if (!outcome.unread().isEmpty()) {
            throw CommandFailure.failed(
                    "cannot read all of %s: %s".formatted(content, outcome.unread().getFirst()),
                    "choose another folder with --content");
        }
        ledger.noteDone(begun, before);
        return outcome;
    }

    /** FastCDC to Rabin and back, once at least and as long as something is published. */
    private Void swapChunkers(Cast.Actor actor, AtomicBoolean done) throws Exception {
        do {
            for (String chunker : List.of("rabin", Cast.FIRST_CHUNKER)) {
                ledger.swaps()
                        .swap(
                                actor.node(),
                                () ->
                                        actor.child()
                                                .configure(Cast.config(chunker, Cast.FIRST_POLICY)),
                                new Swaps.Wanted("Chunker", chunker, ""));
            }
        } while (!done.get());
        return null;
    }

    /** The client checks that the node has stored what was sent. */
    private static void putAnything(Cast.Actor actor, RandomGenerator random) throws IOException {
        byte[] bytes = new byte[LIVE_OBJECT_BYTES];
        random.nextBytes(bytes);
        Published published = actor.content().put("live/" + random.nextInt(LIVE_OBJECTS), bytes);
        if (!published.object().equals(Digest.of(bytes))) {
            throw new IOException("stored " + published.object());
        }
    }
}
