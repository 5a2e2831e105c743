package org.stoq.bench.child;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.stoq.bench.contender.Direction;
import org.stoq.client.StoqConnection;
import org.stoq.client.pattern.Pattern;
import org.stoq.client.pattern.PatternCheck;
import org.stoq.client.pattern.PatternSource;
import org.stoq.client.session.OutgoingCall;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;

/**
 * Moves bytes to a node and from it, by calls to its service bench, on threads of their own: what
 * goes up is what the node says it has verified, what comes down is verified here. Belongs to one
 * thread, which blocks.
 */
final class NodeTransfer {
    private static final int BUFFER_BYTES = 1 << 18;
    private static final int URGENCY = 3;

    /** More than any window lets through: the reader gives up when it has seen enough. */
    private static final long ENDLESS_BYTES = 1L << 50;

    /** For what is under way when a window ends. */
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private final Pattern pattern = new Pattern(Pattern.DEFAULT_SEED, true);
    private final List<StoqConnection> connections;
    private final int streams;
    private long numbers;

    NodeTransfer(List<StoqConnection> connections, int streams) {
        this.connections = List.copyOf(connections);
        this.streams = streams;
    }

    /** What one window comes to; added to by all of its threads. */
    private static final class Window {
        private final long startNanos = System.nanoTime();
        private final long endNanos;
        private final Duration limit;
        private final LongAdder up = new LongAdder();
        private final LongAdder down = new LongAdder();
        private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

        Window(long nanos) {
            this.endNanos = startNanos + nanos;
            this.limit = Duration.ofNanos(nanos).plus(MARGIN);
        }

        boolean lasts() {
            return System.nanoTime() - endNanos < 0 && failure.get() == null;
        }

        void failed(String reason) {
            failure.compareAndSet(null, reason);
        }
    }

    /** Does one part of the work. Blocks. */
    @FunctionalInterface
    private interface Part {
        void run(Window window, StoqConnection connection, long stream) throws IOException;
    }

    /**
     * Moves bytes for so long, and waits until the last of them has been counted.
     *
     * @return {@code up}, {@code down} in bytes and {@code nanos}; with {@code failure} if a byte
     *     was wrong or a call broke off
     */
    Message run(Direction direction, long nanos) throws InterruptedException {
        Window window = new Window(nanos);
        List<Thread> threads = new ArrayList<>();
        for (StoqConnection connection : connections) {
            for (int i = 0; i < streams; i++) {
                if (direction.up()) {
                    threads.add(start(window, connection, this::send));
                }
                if (direction.down()) {
                    threads.add(start(window, connection, this::receive));
                }
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Message moved =
                Message.of("moved")
                        .with("up", window.up.sum())
                        .with("down", window.down.sum())
                        .with("nanos", System.nanoTime() - window.startNanos);
        String failure = window.failure.get();
        return failure == null ? moved : moved.with("failure", failure);
    }

    private Thread start(Window window, StoqConnection connection, Part part) {
        long stream = numbers++;
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        part.run(window, connection, stream);
                    } catch (IOException e) {
                        window.failed(String.valueOf(e.getMessage()));
                    }
                });
    }

    private void send(Window window, StoqConnection connection, long stream) throws IOException {
        PatternSource source = new PatternSource(pattern, stream);
        CborMap arguments = CborMap.builder().put(1, stream).build();
        Request head = Request.of(NodeLink.SERVICE, "sink", arguments).within(window.limit);
        long sent = 0;
        try (OutgoingCall call = connection.session().begin(head, URGENCY)) {
            WritableByteChannel body = call.body();
            while (window.lasts()) {
                ByteBuffer next = source.next(BUFFER_BYTES);
                sent += next.remaining();
                body.write(next);
            }
            try (Reply reply = call.reply()) {
                long verified = reply.response().results().integer(1);
                if (verified != sent) {
                    window.failed(
                            "the node has verified %,d bytes of %,d".formatted(verified, sent));
                }
                window.up.add(verified);
            }
        }
    }

    private void receive(Window window, StoqConnection connection, long stream) throws IOException {
        PatternCheck check = new PatternCheck(pattern, stream);
        CborMap arguments = CborMap.builder().put(1, ENDLESS_BYTES).put(2, stream).build();
        Request head = Request.of(NodeLink.SERVICE, "source", arguments).within(window.limit);
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (Reply reply = connection.call(head)) {
            while (window.lasts()) {
                if (reply.body().read(buffer) < 0) {
                    window.failed("the node has ended an endless stream");
                }
                window.down.add(check.accept(buffer.flip()));
                buffer.clear();
                check.mismatch().ifPresent(window::failed);
            }
        }
    }
}
