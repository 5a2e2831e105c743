package org.stoq.bench.contender;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;

/** A way of moving bytes between two processes. Methods may be called by any thread. */
public interface Contender extends AutoCloseable {
    /**
     * Opens a port on {@code [::1]} and serves whoever comes, until {@link #close}.
     *
     * @param flows makes the server's end of each stream
     * @return where it listens
     */
    InetSocketAddress serve(Supplier<Flow> flows) throws IOException;

    /**
     * Opens connections with streams on them, whose bytes begin to flow. Blocks until all stand.
     *
     * @param flows the client's end of each stream, for each connection
     * @return closes these connections
     */
    Connections connect(InetSocketAddress remote, List<List<Flow>> flows) throws IOException;

    /**
     * Opens a connection for requests. Blocks until it stands.
     *
     * @throws UnavailableException if this contender has none
     */
    default Requests requests(InetSocketAddress remote) throws IOException, UnavailableException {
        throw new UnavailableException("it has streams of bytes only, no requests", null);
    }

    /**
     * Opens a connection that resumes no other one, and closes it. Blocks until its handshake has
     * finished.
     *
     * @throws UnavailableException as {@link #requests}
     */
    default void meet(InetSocketAddress remote) throws IOException, UnavailableException {
        requests(remote).close();
    }

    /** Connections that stand. */
    interface Connections extends AutoCloseable {
        /** Ends them. Returns when that is done on this side. */
        @Override
        void close();
    }

    /** Ends everything that this end has opened. */
    @Override
    void close();
}
