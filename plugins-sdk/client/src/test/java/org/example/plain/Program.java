package org.example.plain;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.stoq.client.StoqClient;
import org.stoq.client.StoqConnection;
import org.stoq.client.StoqServer;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/**
 * A stranger's program: no OSGi, no engine named; what it finds is what the service loader finds.
 */
public final class Program {
    private Program() {}

    /** Sends a message to itself; the argument is a folder for certificates. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Certified self =
                new StoqHome(folder.resolve("home"))
                        .node(folder.resolve("node"), List.of(), InstantSource.system());
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
        try (StoqServer server = StoqServer.listen(anyPort, self.credentials(false));
                StoqClient client =
                        StoqClient.builder().credentials(self.credentials(false)).build()) {
            StoqConnection near = client.connect("[::1]:" + server.localAddress().getPort());
            StoqConnection far = server.accept();
            Thread.ofVirtual().start(() -> send(far));
            System.out.println("received " + new String(near.recv(), UTF_8));
            near.close(StoqErrorCode.NO_ERROR, "done");
            System.out.println(
                    "ended " + far.session().closed().toCompletableFuture().join().code());
            try {
                client.connect("ipv4.example:4433");
            } catch (StoqException e) {
                System.out.println("refused " + e.code() + ": " + e.getMessage());
            }
        }
        System.out.println("client in " + StoqClient.class.getModule());
        System.out.println("self in " + Program.class.getModule());
    }

    private static void send(StoqConnection connection) {
        try {
            connection.send("Hello, STOQ!".getBytes(UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
