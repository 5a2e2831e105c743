package org.stoq.bench.child;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.stoq.sdk.transport.Credentials;
import org.stoq.trust.StoqHome;

/**
 * Where the certificates of a measurement lie: an authority of its own, and one node for each end.
 *
 * @param folder an empty folder, or one that was made here before
 */
public record BenchFolder(Path folder) {
    private static final String SERVER = "server";
    private static final String CLIENT = "client";

    /** Makes what is missing, so that the two ends need not wait for each other. */
    public void prepare() throws IOException {
        server();
        client();
    }

    /** Returns what the server's end shows. */
    Credentials server() throws IOException {
        return of(SERVER);
    }

    /** Returns what the client's end shows. */
    Credentials client() throws IOException {
        return of(CLIENT);
    }

    private Credentials of(String side) throws IOException {
        return new StoqHome(folder.resolve("home"))
                .node(folder.resolve(side), List.of(), InstantSource.system())
                .credentials(false);
    }
}
