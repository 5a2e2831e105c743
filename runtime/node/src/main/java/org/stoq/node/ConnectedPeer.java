package org.stoq.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.stoq.client.session.Session;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.node.Peer;

/**
 * A node at the other end of a session.
 *
 * @param id its id, as the handshake has proved it
 * @param session the session
 */
record ConnectedPeer(NodeId id, Session session) implements Peer {
    @Override
    public InetSocketAddress address() {
        return session.connection().remoteAddress();
    }

    @Override
    public Duration roundTrip() {
        return session.roundTrip();
    }

    @Override
    public boolean isConnected() {
        return session.isOpen();
    }

    @Override
    public Reply call(Request request) throws IOException {
        return session.call(request);
    }

    @Override
    public void send(Frame frame) throws IOException {
        session.send(frame);
    }

    @Override
    public boolean push(PushPromise promise, ByteBuffer body) throws IOException {
        return session.push(promise, body);
    }
}
