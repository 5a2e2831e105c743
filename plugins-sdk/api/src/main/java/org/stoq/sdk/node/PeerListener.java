package org.stoq.sdk.node;

import java.nio.channels.ReadableByteChannel;
import org.osgi.annotation.versioning.ConsumerType;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.PushPromise;

/**
 * Hears what peers say unasked. An OSGi service; each peer's events come in order, on a virtual
 * thread that belongs to the peer. A listener that throws is counted and logged, and goes on.
 */
@ConsumerType
public interface PeerListener {
    /** A node has connected; it takes part in {@link Peers#connected} from now on. */
    default void connected(Peer peer) {}

    /** A node has gone. */
    default void disconnected(Peer peer) {}

    /**
     * CHUNK_ANNOUNCE or ROUTE_UPDATE has come. Both are signed, and the signature is the listener's
     * to check: a peer may pass on what another node has signed.
     *
     * @throws StoqException to end the connection with that code
     */
    default void announced(Peer peer, Frame frame) throws StoqException {}

    /**
     * A peer pushes an object. Runs on a thread of its own.
     *
     * @param body the bytes, at most {@code promise.size()} of them; unread ones are refused with
     *     CANCELLED when the method returns
     * @return whether the object was wanted
     * @throws StoqException to refuse it with that code
     */
    default boolean pushed(Peer peer, PushPromise promise, ReadableByteChannel body)
            throws StoqException {
        return false;
    }
}
