package org.stoq.node;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stoq.trust.StoqHome;

/** Makes the certificate of a client that is a node. */
final class NodeCertificates {
    private NodeCertificates() {}

    static List<X509Certificate> chain() throws IOException {
        Path folder = Files.createTempDirectory("stoq-fuzz");
        try {
            return new StoqHome(folder.resolve("home"))
                    .node(folder.resolve("node"), List.of(), InstantSource.system())
                    .credentials(false)
                    .chain();
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
                            throws IOException {
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
