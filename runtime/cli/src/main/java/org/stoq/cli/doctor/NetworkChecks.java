package org.stoq.cli.doctor;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.stoq.client.StoqClient;
import org.stoq.client.StoqConnection;
import org.stoq.client.StoqServer;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.transport.Credentials;
import org.stoq.trust.StoqHome;

/** IPv6, the port, and the QUIC engine with its native library. */
public final class NetworkChecks {
    private static final int PATIENCE_MILLIS = 2_000;
    private static final String LOOPBACK = "::1";

    private NetworkChecks() {}

    /** Sends a datagram to itself over the IPv6 loopback. */
    public static Finding loopback() {
        byte[] sent = "stoq doctor".getBytes(StandardCharsets.US_ASCII);
        try (DatagramSocket socket =
                new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(LOOPBACK), 0))) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.send(new DatagramPacket(sent, sent.length, socket.getLocalSocketAddress()));
            DatagramPacket received = new DatagramPacket(new byte[64], 64);
            socket.receive(received);
            return received.getLength() == sent.length
                    ? Finding.ok("ipv6", "a datagram to [::1] came back")
                    : Finding.fail("ipv6", "a datagram to [::1] came back changed", "");
        } catch (SocketTimeoutException e) {
            return Finding.fail(
                    "ipv6",
                    "a datagram to [::1] did not arrive",
                    "let UDP pass on the loopback interface: nft list ruleset");
        } catch (IOException e) {
            return Finding.fail(
                    "ipv6",
                    "there is no IPv6 loopback: " + e.getMessage(),
                    "sysctl -w net.ipv6.conf.all.disable_ipv6=0, and ip -6 addr show lo");
        }
    }

    /** Tells who answers at an address; empty if it is no node that believes us. */
    @FunctionalInterface
    public interface Pinger {
        /** Asks. Blocks for a few seconds at most. */
        Optional<String> ping(HostPort target);
    }

    /**
     * Looks whether the port can be had, or who has it.
     *
     * @param listen where the node is to listen
     */
    public static Finding port(HostPort listen, Pinger pinger) {
        String name = "port " + listen.port();
        try (DatagramSocket socket =
                new DatagramSocket(
                        new InetSocketAddress(
                                InetAddress.getByName(listen.host()), listen.port()))) {
            return Finding.ok(
                    name,
                    listen.port() == 0
                            ? "the system chooses one, such as " + socket.getLocalPort()
                            : "free");
        } catch (BindException e) {
            boolean any = listen.host().equals("::");
            HostPort asked = new HostPort(any ? LOOPBACK : listen.host(), listen.port());
            return pinger.ping(asked)
                    .map(who -> Finding.ok(name, who))
                    .orElseGet(() ->
                            Finding.fail(
                                    name,
                                    "%s cannot be had (%s), and no node of yours answers"
                                            .formatted(listen, e.getMessage()),
                                    "find out who has it: ss -ulpn sport = :%d; or listen"
                                                    .formatted(listen.port())
                                            + " elsewhere: --listen [::1]:0"));
        } catch (UnknownHostException e) {
            return Finding.fail(
                    name,
                    "there is no host named " + listen.host(),
                    "set server.listen to an address such as [::]:4433");
        } catch (IOException e) {
            return Finding.fail(name, "cannot listen at " + listen + ": " + e.getMessage(), "");
        }
    }

    /** Loads the QUIC engine and shakes hands with itself, with certificates made for it. */
    public static Finding quic(InstantSource clock, LongSupplier nanoClock) throws Exception {
        Path folder = Files.createTempDirectory("stoq-doctor-");
        try {
            Credentials credentials =
                    new StoqHome(folder)
                            .node(folder.resolve("node"), List.of(), clock)
                            .credentials(false);
            long start = nanoClock.getAsLong();
            String address = shakeHands(credentials);
            long millis = Duration.ofNanos(nanoClock.getAsLong() - start).toMillis();
            return Finding.ok(
                    "quic",
                    "engine loaded, mutual TLS 1.3 handshake with %s in %d ms"
                            .formatted(address, millis));
        } catch (LinkageError e) {
            return Finding.fail(
                    "quic",
                    "the native QUIC library does not load: " + e.getMessage(),
                    "STOQ has it for Linux on x86-64; java must be allowed native access");
        } catch (IOException | IllegalStateException e) {
            return Finding.fail(
                    "quic",
                    "no QUIC handshake with itself: " + e.getMessage(),
                    "stoq doctor" + " --verbose shows more");
        } finally {
            delete(folder);
        }
    }

    private static String shakeHands(Credentials credentials) throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral(LOOPBACK), 0);
        try (StoqServer server = StoqServer.listen(any, credentials);
                StoqClient client =
                        StoqClient.builder()
                                .credentials(credentials)
                                .connectTimeout(Duration.ofMillis(PATIENCE_MILLIS))
                                .build();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<StoqConnection> accepted = threads.submit(server::accept);
            String target = new HostPort(LOOPBACK, server.localAddress().getPort()).toString();
            try (StoqConnection connection = client.connect(target)) {
                accepted.get().close();
                return target + (connection.peer().id().isPresent() ? "" : " (anonymous)");
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.walk(folder)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : all) {
            Files.delete(each);
        }
    }
}
