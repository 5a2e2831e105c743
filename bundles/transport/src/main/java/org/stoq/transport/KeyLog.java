package org.stoq.transport;

import io.netty.handler.codec.quic.BoringSSLKeylog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import javax.net.ssl.SSLEngine;

/**
 * Writes the secrets of connections to a file, one line each, as packet analysers read them (the
 * SSLKEYLOGFILE format). Only the owner may read the file; it is opened for each line, since there
 * are a few per connection. On the event loops.
 */
final class KeyLog implements BoringSSLKeylog {
    private static final System.Logger LOG = System.getLogger(KeyLog.class.getName());

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;

    KeyLog(Path file) {
        this.file = file;
        LOG.log(
                System.Logger.Level.WARNING,
                "the secrets of every connection are written to {0}: who reads it reads the"
                        + " traffic",
                file);
    }

    @Override
    public void logKey(SSLEngine engine, String line) {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII));
        try (SeekableByteChannel out =
                Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                        OWNER_ONLY)) {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "a secret is not logged: {0}", e.toString());
        }
    }
}
