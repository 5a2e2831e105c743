package org.stoq.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.stoq.testkit.SeededBytes;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/**
 * A folder with what both ends need: an authority, a certificate for {@code localhost} and {@code
 * ::1}, and content.
 *
 * @param folder the folder
 * @param identity the certificate and its key
 * @param chain file of the certificate
 * @param key file of its key
 * @param authorities file of the authority
 */
record Workspace(Path folder, Certified identity, Path chain, Path key, Path authorities) {
    static Workspace in(Path folder) throws IOException {
        StoqHome home = new StoqHome(folder.resolve("home"));
        Path node = folder.resolve("node");
        Certified identity = home.node(node, List.of(), InstantSource.system());
        Path files = node.resolve("identity");
        return new Workspace(
                folder,
                identity,
                files.resolve("cert.pem"),
                files.resolve("key.pem"),
                home.authorityCertificate());
    }

    /** Returns so much content; the same each time. */
    static byte[] content(int bytes) {
        return SeededBytes.random(bytes, bytes);
    }

    /** Makes a folder that is nobody else's. */
    Path room(String name) throws IOException {
        return Files.createTempDirectory(folder, name);
    }
}
