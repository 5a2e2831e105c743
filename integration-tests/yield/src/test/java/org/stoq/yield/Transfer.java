package org.stoq.yield;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicStream;

/**
 * One transfer that goes on until it is closed. A thread at the one end sends as fast as it may, a
 * thread at the other reads, and compares each byte with what was sent. Thread-safe.
 */
final class Transfer implements AutoCloseable {
    private static final int CHUNK_BYTES = 64 << 10;

    private final Content content;
    private final QuicConnection sender;
    private final QuicConnection receiver;
    private final CompletableFuture<Void> failure = new CompletableFuture<>();
    private volatile boolean closed;

    /** How much has arrived as it should; only the reading thread changes it. */
    private volatile long bytes;

    private Transfer(Content content, QuicConnection sender, QuicConnection receiver) {
        this.content = content;
        this.sender = sender;
        this.receiver = receiver;
    }

    /** The sender begins by itself. */
    static Transfer push(QuicConnection sender, QuicConnection receiver, long seed) {
        Transfer transfer = new Transfer(new Content(seed), sender, receiver);
        transfer.start("push", () -> transfer.send(sender.openStream(false)));
        transfer.start("take", () -> transfer.receive(receiver.acceptStream()));
        return transfer;
    }

    /** The receiver asks, and the sender answers. */
    static Transfer download(QuicConnection sender, QuicConnection receiver, long seed) {
        Transfer transfer = new Transfer(new Content(seed), sender, receiver);
        transfer.start(
                "serve",
                () -> {
                    QuicStream stream = sender.acceptStream();
                    while (stream.read(ByteBuffer.allocate(1)) >= 0) {
                        // The question.
                    }
                    transfer.send(stream);
                });
        transfer.start(
                "download",
                () -> {
                    QuicStream stream = receiver.openStream(true);
                    stream.finish(ByteBuffer.allocate(1));
                    transfer.receive(stream);
                });
        return transfer;
    }

    @FunctionalInterface
    private interface Task {
        void run() throws IOException;
    }

    private void start(String name, Task task) {
        Thread.ofVirtual()
                .name(name)
                .start(() -> {
                    try {
                        task.run();
                    } catch (IOException | RuntimeException e) {
                        if (!closed) {
                            failure.completeExceptionally(e);
                        }
                    }
                });
    }

    private void send(QuicStream stream) throws IOException {
        long position = 0;
        while (true) {
            ByteBuffer next = content.at(position, CHUNK_BYTES);
            position += next.remaining();
            stream.write(next);
        }
    }

    private void receive(QuicStream stream) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES);
        while (stream.read(buffer.clear()) >= 0) {
            buffer.flip();
            if (!content.matches(bytes, buffer)) {
                throw new IOException("what came after byte " + bytes + " was not what was sent");
            }
            count(buffer.remaining());
        }
        throw new IOException("the stream has ended after " + bytes + " bytes");
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread
    private void count(int more) {
        bytes += more;
    }

    /**
     * Returns how many bytes have arrived and were what was sent.
     *
     * @throws IOException if the transfer has failed, or other bytes have arrived
     */
    long bytes() throws IOException {
        try {
            failure.getNow(null);
        } catch (CompletionException e) {
            throw new IOException("a transfer has failed", e.getCause());
        }
        return bytes;
    }

    /** Returns the smoothed round-trip time that the sender sees; zero if it has none. */
    Duration roundTrip() {
        return sender.stats().smoothedRtt();
    }

    /** Returns how many packets the sender takes for lost. */
    long packetsLost() {
        return sender.stats().packetsLost();
    }

    /** Ends both connections; what has arrived stays counted. */
    @Override
    public void close() {
        closed = true;
        receiver.close();
        sender.close();
    }
}
