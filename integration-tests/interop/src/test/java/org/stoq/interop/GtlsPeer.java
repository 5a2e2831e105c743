package org.stoq.interop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.stoq.sdk.Digest;

/** ngtcp2 with GnuTLS: the programs of Debian's packages ngtcp2-client and ngtcp2-server. */
final class GtlsPeer implements Peer {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final List<String> PROGRAMS = List.of("gtlsclient", "gtlsserver");

    @Override
    public String title() {
        return "ngtcp2";
    }

    @Override
    public Optional<String> missing() {
        return PROGRAMS.stream()
                .filter(name -> Programs.find(name).isEmpty())
                .findFirst()
                .map(name ->
                        "there is no %s: apt-get install ngtcp2-client ngtcp2-server"
                                .formatted(name));
    }

    @Override
    public String version() throws IOException {
        return "%s (gtlsclient, gtlsserver)".formatted(Programs.debianVersion("ngtcp2-client"));
    }

    @Override
    public Web web() {
        return Web.HTTP_3;
    }

    @Override
    public Optional<String> unsupported(Cell.Role ours, Case what) {
        if (ours == Cell.Role.CLIENT && what == Case.KEY_UPDATE) {
            return Optional.of(
                    "gtlsserver begins no key update, and our engine (quiche) only follows one");
        }
        return Optional.empty();
    }

    @Override
    public Pattern updatedKeys() {
        return Pattern.compile("key update confirmed");
    }

    @Override
    public Visit visit(Workspace workspace, InetSocketAddress server, Manner manner)
            throws IOException {
        Path room = workspace.room("gtlsclient");
        List<Answer> answers = new ArrayList<>();
        if (manner == Manner.RETURNING || manner == Manner.EARLY) {
            visit(room, server, List.of("--disable-early-data"), answers);
        }
        String said = visit(room, server, options(manner), answers);
        return new Visit(answers, said);
    }

    private static List<String> options(Manner manner) {
        return switch (manner) {
            case RETURNING -> List.of("--disable-early-data");
            case KEY_UPDATE -> List.of("--key-update=20ms");
            case MOVING -> List.of("--change-local-addr=50ms");
            case OTHER_VERSION -> List.of("--version=0x1a2a3a4a", "--preferred-versions=v1");
            case ONCE, EARLY, LONG, RETRY -> List.of();
        };
    }

    private static String visit(
            Path room, InetSocketAddress server, List<String> options, List<Answer> answers)
            throws IOException {
        Path folder = Files.createTempDirectory(room, "download");
        List<String> command = new ArrayList<>();
        command.add("gtlsclient");
        command.addAll(options);
        command.addAll(
                List.of(
                        "--sni=" + PeerServer.NAME,
                        "--session-file=" + room.resolve("session"),
                        "--tp-file=" + room.resolve("parameters"),
                        "--exit-on-all-streams-close",
                        "--no-quic-dump",
                        "--no-http-dump",
                        "--download=" + folder,
                        server.getAddress().getHostAddress(),
                        Integer.toString(server.getPort()),
                        "https://" + PeerServer.NAME + Web.PATH));
        try (Program client = Program.start(room, command)) {
            int code = client.end(LIMIT);
            Path file = folder.resolve(Web.PATH.substring(1));
            if (code != 0 || !Files.exists(file)) {
                throw new IOException(
                        "gtlsclient ended with %d, and said at last: %s"
                                .formatted(code, Programs.lastWords(client.said())));
            }
            byte[] content = Files.readAllBytes(file);
            answers.add(new Answer(content.length, Digest.of(content).hex()));
            return client.said();
        }
    }

    @Override
    public PeerServer serve(Workspace workspace, byte[] content, Manner manner) throws IOException {
        Path room = workspace.room("gtlsserver");
        Files.write(room.resolve(Web.PATH.substring(1)), content);
        List<String> command = new ArrayList<>();
        command.add("gtlsserver");
        if (manner == Manner.RETRY) {
            command.add("--validate-addr");
        }
        command.addAll(
                List.of(
                        "--htdocs=" + room,
                        "--no-quic-dump",
                        "--no-http-dump",
                        "::1",
                        // The system's choice.
                        "0",
                        workspace.key().toString(),
                        workspace.chain().toString()));
        Program server = Program.start(room, command);
        try {
            int port =
                    Await.present("gtlsserver listens", LIMIT, () -> udpPort(server.id()))
                            .orElseThrow(() ->
                                    new IOException(
                                            "gtlsserver does not listen: " + server.said()));
            return PeerServer.of(port, server);
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    /** Returns the UDP port that a process has bound: gtlsserver does not say which it has got. */
    private static Optional<Integer> udpPort(long process) throws IOException {
        List<String> sockets = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + process + "/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                String target = Files.readSymbolicLink(descriptor).toString();
                if (target.startsWith("socket:")) {
                    sockets.add(target.replaceAll("[^0-9]", ""));
                }
            }
        } catch (NoSuchFileException e) {
            // One was closed meanwhile: it is still starting.
            return Optional.empty();
        }
        // proc_pid_net(5): local address and port in hexadecimal digits, ..., and the inode.
        Pattern columns = Pattern.compile("\\s+");
        for (String line : Files.readAllLines(Path.of("/proc/net/udp6"))) {
            String[] fields = columns.split(line.strip(), -1);
            if (fields.length > 9 && sockets.contains(fields[9])) {
                String address = fields[1];
                return Optional.of(
                        Integer.parseInt(address.substring(address.indexOf(':') + 1), 16));
            }
        }
        return Optional.empty();
    }
}
