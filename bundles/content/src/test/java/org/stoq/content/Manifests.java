package org.stoq.content;

import java.util.List;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cose.Signer;

/** Manifests for tests. */
final class Manifests {
    private Manifests() {}

    static Manifest of(String name, Signer publisher, long createdMillis, VersionVector version) {
        Digest empty = Digest.of(new byte[0]);
        return new Manifest(
                name,
                "text/plain",
                0,
                empty,
                0,
                List.of(),
                version,
                publisher.id(),
                createdMillis,
                Attributes.FILE);
    }

    static Manifest of(String name, Signer publisher, long createdMillis) {
        return of(name, publisher, createdMillis, VersionVector.EMPTY.next(publisher.id()));
    }

    static byte[] signed(String name, Signer publisher, long createdMillis) {
        return of(name, publisher, createdMillis).sign(publisher);
    }
}
