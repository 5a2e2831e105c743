package org.stoq.sdk.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that is a secret as a whole: as many random bytes as somebody has put into it. */
public final class SecretFile {
    /** Fewer could be guessed. */
    public static final int MIN_BYTES = 32;

    /** More are no secret but the wrong file. */
    public static final int MAX_BYTES = 4_096;

    private SecretFile() {}

    /**
     * Returns the bytes of the file. Blocks.
     *
     * @throws IllegalArgumentException if it is not there, cannot be read, or has fewer than
     *     {@value #MIN_BYTES} or more than {@value #MAX_BYTES} bytes
     */
    public static byte[] read(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new IllegalArgumentException("the secret " + file + " cannot be read: " + e, e);
        }
        if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "the secret %s has %s%d bytes where %d to %d are needed"
                            .formatted(
                                    file,
                                    bytes.length > MAX_BYTES ? "more than " : "",
                                    Math.min(bytes.length, MAX_BYTES),
                                    MIN_BYTES,
                                    MAX_BYTES));
        }
        return bytes;
    }
}
