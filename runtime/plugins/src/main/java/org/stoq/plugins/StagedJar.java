package org.stoq.plugins;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * A copy of a plug-in where nobody else writes: what is checked is what is installed, whatever
 * happens to the original meanwhile. Deleted when closed.
 *
 * @param file the copy
 * @param content SHA-256 of it
 */
record StagedJar(Path file, Digest content) implements AutoCloseable {
    private static final int BLOCK_BYTES = 64 << 10;

    /**
     * Copies a file.
     *
     * @param folder where to
     * @param maxBytes how much to copy at most
     * @throws StoqException TOO_LARGE if there is more
     */
    static StagedJar of(Path original, Path folder, long maxBytes) throws IOException {
        Path copy = Files.createTempFile(folder, "staged-", ".jar");
        try (FileChannel in = FileChannel.open(original);
                FileChannel out = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            MessageDigest sum = Digest.sha256();
            ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
            long copied = 0;
            while (in.read(block) >= 0) {
                copied += block.flip().remaining();
                if (copied > maxBytes) {
                    throw new StoqException(
                            StoqErrorCode.TOO_LARGE,
                            "it has over %d bytes, the most that plugins.max_size allows"
                                    .formatted(maxBytes));
                }
                sum.update(block.duplicate());
                while (block.hasRemaining()) {
                    out.write(block);
                }
                block.clear();
            }
            return new StagedJar(copy, Digest.copyOf(sum.digest()));
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(copy);
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
