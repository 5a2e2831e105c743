package org.stoq.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.stoq.cli.tree.PartialFiles;

/** Writes keys and certificates in PEM (RFC 7468), whole or not at all. */
record PemText(PartialFiles partial) {
    private static final int LINE = 64;
    private static final byte[] NEWLINE = {'\n'};

    /** Writes a private key in PKCS#8 that only its owner may read. */
    void key(Path file, byte[] encoded) throws IOException {
        write(file, "PRIVATE KEY", encoded, "rw-------");
    }

    /** Writes a certificate that everybody may read. */
    void certificate(Path file, byte[] encoded) throws IOException {
        write(file, "CERTIFICATE", encoded, "rw-r--r--");
    }

    private void write(Path file, String label, byte[] encoded, String mode) throws IOException {
        String body = Base64.getMimeEncoder(LINE, NEWLINE).encodeToString(encoded);
        String text = "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(label, body, label);
        Path temporary = partial.begin(file.resolveSibling(""));
        try {
            // The mode comes before the content, so that nobody reads it in between.
            Files.createFile(
                    temporary,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.write(
                    temporary, text.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(mode));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
            partial.end(temporary);
        }
    }
}
