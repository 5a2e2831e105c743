package org.stoq.interop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.config.HostPort;

/**
 * quinn with rustls: a program of our own over the crate of Debian's package librust-quinn-dev, in
 * the folder {@code quinn-peer}. It is built when it is first needed.
 */
final class QuinnPeer implements Peer {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(10);
    private static final Pattern ANSWER = Pattern.compile("(?m)^answer (\\d+) ([0-9a-f]{64})$");
    private static final Pattern LISTENING = Pattern.compile("(?m)^listening (\\d+)$");

    private final Path source;
    private final Path target;
    private final ReentrantLock lock = new ReentrantLock();

    /** Why it could not be built, or an empty text; null before the first attempt. */
    private @Nullable String failure;

    /**
     * Names the folders.
     *
     * @param module of this module
     */
    QuinnPeer(Path module) {
        this.source = module.resolve("quinn-peer");
        this.target = module.resolve("target/quinn-peer").toAbsolutePath();
    }

    @Override
    public String title() {
        return "quinn";
    }

    @Override
    public Optional<String> missing() throws IOException {
        lock.lock();
        try {
            if (failure == null) {
                failure = build();
            }
            return Optional.of(failure).filter(text -> !text.isEmpty());
        } finally {
            lock.unlock();
        }
    }

    private String build() throws IOException {
        try (Program build = Program.start(source, List.of("./build.sh", target.toString()))) {
            return build.end(BUILD_LIMIT) == 0 ? "" : build.said().strip();
        }
    }

    @Override
    public String version() throws IOException {
        return "%s (librust-quinn-dev), rustls %s"
                .formatted(
                        Programs.debianVersion("librust-quinn-dev"),
                        Programs.debianVersion("librust-rustls-dev"));
    }

    @Override
    public Web web() {
        return Web.HTTP_09;
    }

    @Override
    public Optional<String> unsupported(Cell.Role ours, Case what) {
        if (ours == Cell.Role.SERVER && what == Case.VERSION_NEGOTIATION) {
            return Optional.of("quinn's client offers no version that it does not speak");
        }
        return Optional.empty();
    }

    @Override
    public Pattern updatedKeys() {
        return Pattern.compile("keys updated");
    }

    private List<String> command(String mode) {
        List<String> command = new ArrayList<>();
        command.add(target.resolve("release/quinn-peer").toString());
        command.add(mode);
        command.addAll(List.of("--alpn", web().protocol()));
        return command;
    }

    @Override
    public Visit visit(Workspace workspace, InetSocketAddress server, Manner manner)
            throws IOException {
        List<String> command = command("client");
        command.addAll(List.of("--connect", HostPort.of(server).toString()));
        command.addAll(List.of("--ca", workspace.authorities().toString()));
        command.addAll(
                switch (manner) {
                    case RETURNING -> List.of("--visits", "2");
                    case EARLY -> List.of("--visits", "2", "--early");
                    case KEY_UPDATE -> List.of("--requests", "3", "--key-update");
                    case MOVING -> List.of("--requests", "3", "--rebind");
                    case LONG -> List.of("--requests", "3");
                    case ONCE, OTHER_VERSION, RETRY -> List.<String>of();
                });
        try (Program client = Program.start(workspace.folder(), command)) {
            int code = client.end(LIMIT);
            String said = client.said();
            if (code != 0) {
                throw new IOException("quinn said at last: " + Programs.lastWords(said));
            }
            return new Visit(ANSWER.matcher(said).results().map(QuinnPeer::answer).toList(), said);
        }
    }

    private static Answer answer(MatchResult match) {
        return new Answer(Long.parseLong(match.group(1)), match.group(2));
    }

    @Override
    public PeerServer serve(Workspace workspace, byte[] content, Manner manner) throws IOException {
        Path file = workspace.room("quinn").resolve("content");
        Files.write(file, content);
        List<String> command = command("server");
        command.addAll(List.of("--cert", workspace.chain().toString()));
        command.addAll(List.of("--key", workspace.key().toString()));
        command.addAll(List.of("--content", file.toString()));
        if (manner == Manner.RETRY) {
            command.add("--retry");
        }
        if (manner == Manner.KEY_UPDATE) {
            command.add("--key-update");
        }
        Program server = Program.start(workspace.folder(), command);
        Optional<Integer> port =
                server.await(LISTENING, LIMIT).map(match -> Integer.parseInt(match.group(1)));
        if (port.isEmpty()) {
            server.close();
            throw new IOException("quinn does not listen: " + server.said());
        }
        return PeerServer.of(port.get(), server);
    }
}
