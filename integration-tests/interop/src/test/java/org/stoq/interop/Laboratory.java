package org.stoq.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.stoq.interop.Result.Verdict;
import org.stoq.sdk.transport.Transport;

/** All peers, all that is tried with them, and our engine. */
final class Laboratory {
    private static final int NOTE_CHARACTERS = 300;

    private final List<Peer> peers;
    private final Transport transport;
    private final Workspace workspace;

    private Laboratory(List<Peer> peers, Transport transport, Workspace workspace) {
        this.peers = peers;
        this.transport = transport;
        this.workspace = workspace;
    }

    /**
     * Opens it.
     *
     * @param module the folder of this module
     * @param temporary an empty folder
     */
    static Laboratory open(Path module, Path temporary) throws IOException {
        return new Laboratory(
                List.of(new GtlsPeer(), new QuinnPeer(module)),
                // As an application finds it.
                ServiceLoader.load(Transport.class).findFirst().orElseThrow(),
                Workspace.in(temporary));
    }

    List<Peer> peers() {
        return peers;
    }

    /** Returns all places of the table. */
    List<Cell> cells() {
        return Arrays.stream(Cell.Role.values())
                .flatMap(role -> peers.stream().flatMap(peer -> cells(role, peer)))
                .toList();
    }

    private static Stream<Cell> cells(Cell.Role role, Peer peer) {
        return Arrays.stream(Case.values()).map(what -> new Cell(role, peer, what));
    }

    /** Returns why something cannot be tried. */
    static Optional<String> unsupported(Cell cell) {
        if (cell.role() == Cell.Role.CLIENT && cell.what() == Case.VERSION_NEGOTIATION) {
            return Optional.of("our client speaks version 1 only, as every peer does");
        }
        return cell.peer().unsupported(cell.role(), cell.what());
    }

    /** Returns what is known to fail, always or at times, and how; nothing for everything else. */
    static Optional<String> known(Cell cell) {
        if (cell.role() == Cell.Role.SERVER && cell.what() == Case.REBINDING) {
            return Optional.of("in the middle of a transfer quiche may lose track: decision 0012");
        }
        if (cell.role() == Cell.Role.SERVER
                && cell.what() == Case.MIGRATION
                && cell.peer() instanceof GtlsPeer) {
            // gtlsclient moves in the middle of a transfer, and its old socket receives no more.
            return Optional.of("as after a NAT rebinding, quiche may lose track: decision 0012");
        }
        if (!(cell.peer() instanceof QuinnPeer)) {
            return Optional.empty();
        }
        return Optional.ofNullable(
                switch (cell.role()) {
                    case SERVER ->
                            cell.what() == Case.EARLY_DATA
                                    ? "quinn says that its early data was accepted, and our stream"
                                            + " says that it did not come early"
                                    : null;
                    case CLIENT ->
                            cell.what() == Case.RESUMPTION || cell.what() == Case.EARLY_DATA
                                    ? "our client does not resume at a server over rustls"
                                    : null;
                });
    }

    /** Tries it. */
    String run(Cell cell) throws Exception {
        return Experiments.of(cell.role(), transport, workspace, cell.peer()).run(cell.what());
    }

    /** Tries it, whatever comes of it. */
    Result result(Cell cell) throws IOException {
        Optional<String> unsupported = unsupported(cell);
        if (unsupported.isPresent()) {
            return new Result(cell, Verdict.UNSUPPORTED, unsupported.get(), Duration.ZERO);
        }
        Optional<String> missing = cell.peer().missing();
        if (missing.isPresent()) {
            return new Result(cell, Verdict.MISSING, missing.get(), Duration.ZERO);
        }
        long start = System.nanoTime();
        Verdict verdict = Verdict.PASSED;
        String note;
        try {
            note = run(cell);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (Exception | AssertionError e) {
            verdict = Verdict.FAILED;
            note = reason(e);
        }
        return new Result(cell, verdict, note, Duration.ofNanos(System.nanoTime() - start));
    }

    private static String reason(Throwable failure) {
        String text = String.join(" ", failure.toString().strip().split("\\s+", -1));
        return text.substring(0, Math.min(NOTE_CHARACTERS, text.length()));
    }
}
