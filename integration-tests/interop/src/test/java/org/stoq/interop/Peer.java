package org.stoq.interop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Another implementation of QUIC. */
interface Peer {
    /** Returns what it is called. */
    String title();

    /**
     * Returns why it cannot be used here, and what to do about it; nothing if it can. May take long
     * the first time: it may have to be built.
     */
    Optional<String> missing() throws IOException;

    /** Returns its version, as found here. */
    String version() throws IOException;

    /** Returns how it asks for files. */
    Web web();

    /** Returns why something cannot be tried with it; nothing if it can. */
    Optional<String> unsupported(Cell.Role ours, Case what);

    /**
     * Lets its client visit a server, and waits for its end.
     *
     * @throws IOException if it does not end well
     */
    Visit visit(Workspace workspace, InetSocketAddress server, Manner manner) throws IOException;

    /** Starts its server. */
    PeerServer serve(Workspace workspace, byte[] content, Manner manner) throws IOException;

    /** Returns what either end says when both have new keys. */
    Pattern updatedKeys();

    /**
     * What a client has brought home.
     *
     * @param answers every file that it got
     * @param said what it said meanwhile
     */
    record Visit(List<Answer> answers, String said) {}

    /**
     * A file.
     *
     * @param bytes its length
     * @param sha256 its hash, in hexadecimal digits
     */
    record Answer(long bytes, String sha256) {}

    /** What is special about it. */
    enum Manner {
        /** Nothing: one connection, one request. */
        ONCE,
        /** A client: the same again, as one that comes back. */
        RETURNING,
        /** A client: as one that comes back, and whose request is early data. */
        EARLY,
        /** Either: new keys in the middle. */
        KEY_UPDATE,
        /** A client: another address in the middle. */
        MOVING,
        /** A client: it goes on for long enough that something can happen meanwhile. */
        LONG,
        /** A client: it offers a version first that nobody speaks. */
        OTHER_VERSION,
        /** A server: it asks every client to prove its address. */
        RETRY
    }
}
