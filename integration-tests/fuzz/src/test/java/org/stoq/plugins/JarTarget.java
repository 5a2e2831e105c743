package org.stoq.plugins;

import static org.stoq.sdk.StoqErrorCode.INVALID_REQUEST;
import static org.stoq.sdk.StoqErrorCode.TOO_LARGE;
import static org.stoq.sdk.StoqErrorCode.UNSUPPORTED;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.jar.Manifest;
import org.stoq.fuzz.FuzzTarget;
import org.stoq.fuzz.Input;
import org.stoq.fuzz.Oracle;
import org.stoq.sdk.StoqException;

/** Plug-ins: the directory of a jar, and its manifest. */
public final class JarTarget implements FuzzTarget {
    private static final AdmissionLimits LIMITS = AdmissionLimits.ofFileBytes(1 << 20);

    private final FileChannel file;

    /** Makes the file that inputs are written to. */
    public JarTarget() throws IOException {
        Path path = Files.createTempFile("stoq-fuzz", ".jar");
        file =
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
    }

    @Override
    public void run(byte[] bytes) throws IOException {
        Input input = new Input(bytes);
        boolean directory = (input.u8() & 1) == 0;
        try {
            if (directory) {
                directory(input.rest());
            } else {
                manifest(input.rest());
            }
        } catch (StoqException e) {
            Oracle.refusedWith(e, INVALID_REQUEST, TOO_LARGE, UNSUPPORTED);
        }
    }

    private void directory(byte[] jar) throws IOException {
        file.truncate(0);
        file.write(ByteBuffer.wrap(jar), 0);
        List<ZipDirectory.Entry> entries;
        try {
            entries = ZipDirectory.read(file, LIMITS);
        } catch (IncompleteJarException e) {
            return;
        }
        long packed = 0;
        for (ZipDirectory.Entry entry : entries) {
            Oracle.require(entry.packedBytes() >= 0 && entry.plainBytes() >= 0, "sizes");
            packed += entry.packedBytes();
        }
        Oracle.require(packed <= jar.length, "more packed bytes than the file has");
    }

    private static void manifest(byte[] text) throws IOException {
        Manifest manifest;
        try {
            manifest = new Manifest(new ByteArrayInputStream(text));
        } catch (IOException | IllegalArgumentException e) {
            // What the JDK refuses is not handed to us.
            return;
        }
        PluginManifest read = PluginManifest.of(manifest);
        Oracle.require(!read.symbolicName().isEmpty(), "a name");
    }
}
