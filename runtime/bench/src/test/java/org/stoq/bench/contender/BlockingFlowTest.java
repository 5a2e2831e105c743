package org.stoq.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoq.client.pattern.Pattern;

class BlockingFlowTest {
    private static final int BUFFER_BYTES = 256 << 10;

    private final Pattern pattern = new Pattern(1, false);
    private final Tally tally = new Tally();

    /** Gives what a client has sent; keeps how much it was asked for, and what was answered. */
    private static final class Recorded implements BlockingFlow.Stream {
        private final ByteBuffer sent;
        private final List<Integer> asked = new ArrayList<>();
        private final List<ByteBuffer> answers = new ArrayList<>();

        Recorded(ByteBuffer sent) {
            this.sent = sent;
        }

        @Override
        public int read(ByteBuffer target) {
            asked.add(target.remaining());
            if (!sent.hasRemaining()) {
                return -1;
            }
            int length = Math.min(sent.remaining(), target.remaining());
            target.put(sent.slice(sent.position(), length));
            sent.position(sent.position() + length);
            return length;
        }

        @Override
        public void write(ByteBuffer source) {
            answers.add(source);
        }

        @Override
        public void finish(ByteBuffer last) {
            answers.add(last);
        }
    }

    /** Serves a stream to its end. */
    private void serve(Recorded stream) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        new BlockingFlow(
                        Flow.answering(pattern, tally),
                        stream,
                        BUFFER_BYTES,
                        true,
                        task -> {
                            Thread thread = Thread.ofVirtual().unstarted(task);
                            threads.add(thread);
                            return thread;
                        })
                .start();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void aRequestCostsNoLargeBuffer() throws Exception {
        ByteBuffer request = Flow.request(pattern, 0, 1_024);
        Recorded stream = new Recorded(request.duplicate());

        serve(stream);

        assertThat(stream.asked).allMatch(bytes -> bytes <= 4_096);
        assertThat(stream.answers).containsExactly(request);
    }

    @Test
    void aStreamThatFillsTheFirstBufferGetsALargeOne() throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(1_000_000);
        Flow client = Flow.opening(pattern, new Tally(), Direction.UP, 0);
        while (bytes.hasRemaining()) {
            bytes.put(client.next(bytes.remaining()));
        }
        Recorded stream = new Recorded(bytes.flip());

        serve(stream);

        assertThat(stream.asked.getFirst()).isEqualTo(4_096);
        assertThat(stream.asked.subList(1, stream.asked.size())).containsOnly(BUFFER_BYTES);
        assertThat(tally.verifiedBytes()).isEqualTo(1_000_000 - Flow.HEADER_BYTES);
    }
}
