package org.stoq.bench.contender;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A connection on which requests are made, each on a stream of its own. Thread-safe. */
public interface Requests extends AutoCloseable {
    /** Hears of the end of a request; called once, by any thread, and must not block. */
    @FunctionalInterface
    interface Done {
        /**
         * The request has ended.
         *
         * @param failure why there is no right answer; null if there is one
         */
        void ended(@Nullable String failure);
    }

    /**
     * Makes a request, to which its own bytes are the right answer. Does not wait for it.
     *
     * @param request at least {@link Flow#HEADER_BYTES}, made by {@link Flow#request}; stays as it
     *     is
     */
    void ask(ByteBuffer request, Done done);

    /** Returns whether its handshake has resumed an earlier one, as far as it can be told. */
    default boolean resumed() {
        return false;
    }

    /**
     * Waits until a later connection can resume this one.
     *
     * @throws UnavailableException if this contender keeps no tickets
     */
    default void awaitTicket() throws IOException, UnavailableException {
        throw new UnavailableException("it keeps no tickets", null);
    }

    /** Ends the connection. */
    @Override
    void close();
}
