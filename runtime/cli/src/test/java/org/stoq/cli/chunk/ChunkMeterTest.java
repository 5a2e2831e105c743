package org.stoq.cli.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoq.chunking.FastCdcChunker;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.Chunker;
import org.stoq.testkit.SeededBytes;

class ChunkMeterTest {
    private final List<Integer> kept = new ArrayList<>();
    private long ticks;

    /** Each look at the clock takes a nanosecond; keeping a chunk takes a thousand. */
    private final ChunkMeter meter =
            new ChunkMeter(
                    new FastCdcChunker(),
                    (_, _, _, length) -> {
                        kept.add(length);
                        ticks += 1_000;
                        return length / 2;
                    },
                    () -> ticks++);

    private static ReadableByteChannel channel(byte[] bytes) {
        return Channels.newChannel(new ByteArrayInputStream(bytes));
    }

    @Test
    void cutsAsIfTheObjectLayInMemoryAsAWhole() throws IOException {
        byte[] bytes = SeededBytes.random(1, 9_000_000);
        List<Integer> expected = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += expected.getLast()) {
            expected.add(new FastCdcChunker().cut(bytes, at, bytes.length, ChunkSizes.STANDARD));
        }

        assertThat(meter.add(channel(bytes), bytes.length, _ -> {})).isEqualTo(bytes.length);
        assertThat(kept).isEqualTo(expected);
    }

    @Test
    void keepsEachChunkOnceAndTimesEachStage() throws IOException {
        byte[] bytes = SeededBytes.random(2, 1_000_000);
        meter.add(channel(bytes), bytes.length, _ -> {});
        ChunkCounts first = meter.counts();
        meter.add(channel(bytes), bytes.length, _ -> {});
        ChunkCounts second = meter.counts().since(first);

        assertThat(first.chunks()).isEqualTo(first.uniqueChunks()).isEqualTo(kept.size());
        assertThat(first.scanNanos()).isEqualTo(first.chunks());
        assertThat(first.hashNanos()).isEqualTo(first.chunks());
        assertThat(first.keepNanos()).isEqualTo(1_001 * first.chunks());
        assertThat(second.bytes()).isEqualTo(1_000_000);
        assertThat(second.chunks()).isEqualTo(first.chunks());
        assertThat(second.uniqueChunks()).isZero();
        assertThat(second.keepNanos()).isZero();
        assertThat(second.storedBytes()).isZero();
    }

    @Test
    void aSourceThatHasMoreIsReadUpToTheLimitAndOneThatHasLessToItsEnd() throws IOException {
        byte[] bytes = SeededBytes.random(3, 100_000);

        assertThat(meter.add(channel(bytes), 60_000, _ -> {})).isEqualTo(60_000);
        assertThat(meter.counts().bytes()).isEqualTo(60_000);
        assertThat(meter.add(channel(bytes), 200_000, _ -> {})).isEqualTo(100_000);
        assertThat(meter.add(channel(bytes), 0, _ -> {})).isZero();
    }

    @Test
    void aChunkerThatCutsNothingOrTooMuchIsNotFollowed() {
        for (int wrong : new int[] {0, -1, 100_001}) {
            ChunkMeter other = new ChunkMeter(cutting(wrong), (_, _, _, _) -> 0, () -> 0);
            assertThatThrownBy(() -> other.add(channel(new byte[100_000]), 100_000, _ -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("wrong has cut");
            assertThat(other.counts().chunks()).isZero();
        }
    }

    private static Chunker cutting(int length) {
        return new Chunker() {
            @Override
            public String name() {
                return "wrong";
            }

            @Override
            public int cut(byte[] bytes, int from, int to, ChunkSizes sizes) {
                return length;
            }
        };
    }

    @Test
    void progressComesToTheWhole() throws IOException {
        byte[] bytes = SeededBytes.random(4, 3_333_333);
        List<Long> steps = new ArrayList<>();
        meter.add(channel(bytes), bytes.length, steps::add);

        assertThat(steps).hasSize(kept.size());
        assertThat(steps.stream().mapToLong(Long::longValue).sum()).isEqualTo(bytes.length);
    }
}
