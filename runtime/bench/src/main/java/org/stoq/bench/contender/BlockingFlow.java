package org.stoq.bench.contender;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadFactory;

/** Moves the bytes of a flow through a stream that blocks, on two threads of its own. */
final class BlockingFlow {
    /** Room for what a stream says first, and for the whole of a usual request. */
    private static final int FIRST_BYTES = 4 << 10;

    private final Flow flow;
    private final Stream stream;
    private final int bufferBytes;
    private final boolean direct;
    private final ThreadFactory threads;

    /** Where bytes are read and written. */
    interface Stream {
        /** Reads at least one byte; returns a negative number at the end. */
        int read(ByteBuffer target) throws IOException;

        /** Writes all remaining bytes. */
        void write(ByteBuffer source) throws IOException;

        /** Writes all remaining bytes, and ends this direction. */
        void finish(ByteBuffer last) throws IOException;
    }

    /**
     * Creates one.
     *
     * @param bufferBytes size of reads and writes
     * @param direct whether the stream likes buffers outside the heap
     * @param threads makes its two threads
     */
    BlockingFlow(Flow flow, Stream stream, int bufferBytes, boolean direct, ThreadFactory threads) {
        this.threads = threads;
        this.flow = flow;
        this.stream = stream;
        this.bufferBytes = bufferBytes;
        this.direct = direct;
    }

    /** Starts to send, where this end sends first, and to receive. Returns at once. */
    void start() {
        if (flow.sends()) {
            threads.newThread(this::send).start();
        }
        threads.newThread(this::receive).start();
    }

    private void receive() {
        // A large buffer for each request would cost more than the request.
        ByteBuffer buffer = ByteBuffer.allocate(Math.min(bufferBytes, FIRST_BYTES));
        boolean sending = flow.sends();
        try {
            while (stream.read(buffer) >= 0) {
                boolean full = !buffer.hasRemaining();
                flow.received(buffer.flip());
                buffer.clear();
                if (full && buffer.capacity() < bufferBytes) {
                    buffer = large();
                }
                if (!sending && flow.sends()) {
                    sending = true;
                    threads.newThread(this::send).start();
                }
            }
            ByteBuffer answer = flow.answer();
            if (answer == null) {
                flow.broken("the peer has ended the stream");
            } else {
                stream.finish(answer);
            }
        } catch (IOException e) {
            flow.broken("reading: " + e.getMessage());
        }
    }

    private ByteBuffer large() {
        return direct ? ByteBuffer.allocateDirect(bufferBytes) : ByteBuffer.allocate(bufferBytes);
    }

    private void send() {
        try {
            ByteBuffer next = flow.next(bufferBytes);
            while (next != null) {
                stream.write(next);
                next = flow.next(bufferBytes);
            }
        } catch (IOException e) {
            flow.broken("writing: " + e.getMessage());
        }
    }
}
