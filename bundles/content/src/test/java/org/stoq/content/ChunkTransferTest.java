package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.ChunkSizes;
import org.stoq.sdk.chunk.EncodedChunk;

class ChunkTransferTest {
    private static ReadableByteChannel channel(byte[] bytes) {
        return Channels.newChannel(new ByteArrayInputStream(bytes));
    }

    private static byte[] written(Optional<EncodedChunk> chunk) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ChunkTransfer.write(Channels.newChannel(out), chunk);
        return out.toByteArray();
    }

    @Test
    void readsWhatItHasWritten() throws IOException {
        for (EncodedChunk chunk :
                List.of(
                        EncodedChunk.plain(new byte[] {7}),
                        EncodedChunk.plain(new byte[ChunkSizes.STANDARD.maximum()]),
                        new EncodedChunk("zstd", 500, new byte[] {1, 2, 3}))) {
            EncodedChunk read =
                    ChunkTransfer.read(channel(written(Optional.of(chunk)))).orElseThrow();
            assertThat(read.algorithm()).isEqualTo(chunk.algorithm());
            assertThat(read.plainLength()).isEqualTo(chunk.plainLength());
            assertThat(read.bytes()).isEqualTo(chunk.bytes());
        }
        assertThat(written(Optional.empty())).containsExactly(0);
        assertThat(ChunkTransfer.read(channel(new byte[1]))).isEmpty();
    }

    @Test
    void refusesImpossibleLengthsBeforeItAllocatesThem() {
        int most = ChunkSizes.STANDARD.maximum();
        for (int[] lengths :
                new int[][] {
                    {0, 1},
                    {1, 0},
                    {-1, 1},
                    {1, -1},
                    {most + 1, 1},
                    {1, most + 1},
                    {Integer.MAX_VALUE, Integer.MAX_VALUE}
                }) {
            ByteBuffer head = ByteBuffer.allocate(10).put((byte) 1).put((byte) 'x');
            head.putInt(lengths[0]).putInt(lengths[1]);
            ContentAdapterTest.assertCode(
                    StoqErrorCode.TOO_LARGE, () -> ChunkTransfer.read(channel(head.array())));
        }
    }

    @Test
    void takesTheLongestAlgorithmNameAndNotOneByteMore() throws IOException {
        EncodedChunk longest = new EncodedChunk("n".repeat(64), 1, new byte[] {1});
        assertThat(ChunkTransfer.read(channel(written(Optional.of(longest))))).isPresent();
        EncodedChunk over = new EncodedChunk("n".repeat(65), 1, new byte[] {1});
        ContentAdapterTest.assertCode(
                StoqErrorCode.TOO_LARGE,
                () -> ChunkTransfer.read(channel(written(Optional.of(over)))));
    }

    @Test
    void saysWhenAPeerEndsEarlyAnywhere() throws IOException {
        byte[] whole = written(Optional.of(new EncodedChunk("zstd", 9, new byte[] {1, 2, 3})));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> ChunkTransfer.read(channel(cut)))
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void asksForOneChunkToSoMany() throws StoqException {
        List<Digest> digests = new ArrayList<>();
        for (int i = 0; i < ChunkTransfer.MAX_CHUNKS; i++) {
            digests.add(Digest.of(new byte[] {(byte) i}));
        }
        assertThat(ChunkTransfer.digests(ChunkTransfer.arguments(digests))).isEqualTo(digests);
        digests.add(Digest.of(new byte[0]));
        ContentAdapterTest.assertCode(
                StoqErrorCode.TOO_LARGE,
                () -> ChunkTransfer.digests(ChunkTransfer.arguments(digests)));
        ContentAdapterTest.assertCode(
                StoqErrorCode.TOO_LARGE,
                () -> ChunkTransfer.digests(ChunkTransfer.arguments(List.of())));
        ContentAdapterTest.assertCode(
                StoqErrorCode.INVALID_REQUEST,
                () ->
                        ChunkTransfer.digests(
                                CborMap.builder().put(1, List.of(new byte[31])).build()));
    }
}
