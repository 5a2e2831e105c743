package org.stoq.routing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.node.Peer;

/** A peer that only takes frames. */
abstract class StubPeer implements Peer {
    private final NodeId id;

    StubPeer(NodeId id) {
        this.id = id;
    }

    @Override
    public NodeId id() {
        return id;
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.ofLiteral("::1"), 1);
    }

    @Override
    public Duration roundTrip() {
        return Duration.ofMillis(7);
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public Reply call(Request request) throws IOException {
        throw new StoqException(StoqErrorCode.UNAVAILABLE, "no calls here");
    }

    @Override
    public abstract void send(Frame frame) throws IOException;

    @Override
    public boolean push(PushPromise promise, ByteBuffer body) {
        return false;
    }
}
