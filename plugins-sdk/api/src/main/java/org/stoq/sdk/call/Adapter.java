package org.stoq.sdk.call;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Answers the calls of one service, such as {@code content} or {@code trustchain}. An OSGi service;
 * of several with the same name the one of the highest ranking answers, and calls under way finish
 * on the one they began with.
 */
@ConsumerType
public interface Adapter {
    /** Returns the service's name, as it stands in the header of a call. Always the same. */
    String service();

    /**
     * Returns the least role that may call a method. Asked before {@link #handle}; never blocks.
     *
     * @param method the method's name, of whatever spelling a peer has sent
     */
    Role requiredRole(String method);

    /**
     * Returns whether a method only reads, so that calls to it that somebody has recorded and sends
     * again, any number of times, change nothing. Such a call may be answered while the caller's
     * handshake is still going on (0-RTT, RFC 9001 s.9.2), if {@link Role#ANONYMOUS} may make it;
     * all others wait. Asked before {@link #handle}; never blocks. In doubt: false.
     *
     * @param method the method's name, of whatever spelling a peer has sent
     */
    default boolean replaySafe(String method) {
        return false;
    }

    /**
     * Answers one call. Runs on a virtual thread of its own and may block; it is interrupted at the
     * call's deadline, when the caller gives up, and when the connection ends.
     *
     * @throws org.stoq.sdk.StoqException to answer with that error; after {@link Call#respond} the
     *     stream is reset with it instead
     * @throws IOException if the stream breaks
     */
    void handle(Call call) throws IOException;
}
