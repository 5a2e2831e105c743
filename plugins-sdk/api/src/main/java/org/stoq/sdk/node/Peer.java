package org.stoq.sdk.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.PushPromise;

/** Another node that is connected at the moment, whichever side has dialled. Any thread. */
@ProviderType
public interface Peer {
    /** Returns its id, proved by its certificate. */
    NodeId id();

    /** Returns its address. */
    InetSocketAddress address();

    /** Returns the round-trip time of PING frames, smoothed; zero before the first one. */
    Duration roundTrip();

    /** Returns whether it is still connected. */
    boolean isConnected();

    /**
     * Makes a call without a body. Blocks until the head of the answer is there.
     *
     * @throws org.stoq.sdk.StoqException with the error that the peer answers, DEADLINE_EXCEEDED,
     *     or the reason why the connection ended
     */
    Reply call(Request request) throws IOException;

    /**
     * Sends a frame on the control stream; blocks while that is full.
     *
     * @throws IllegalArgumentException if the frame does not belong there (decision 9)
     */
    void send(Frame frame) throws IOException;

    /**
     * Pushes an object on a stream of its own: PUSH_PROMISE, then DATA. Blocks until the bytes are
     * handed over.
     *
     * @return false if the peer did not want it
     */
    boolean push(PushPromise promise, ByteBuffer body) throws IOException;
}
