package org.stoq.sdk.call;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.config.HostPort;

/**
 * Who makes a call, as the handshake has proved it.
 *
 * @param id the id in the peer's certificate; empty for an anonymous one
 * @param role what the peer may do at most
 * @param address where the peer is
 */
public record Caller(Optional<NodeId> id, Role role, InetSocketAddress address) {
    /** Returns the short id or {@code anonymous}, with the address, for a log line. */
    public String describe() {
        return id.map(NodeId::shortName).orElse("anonymous") + " at " + HostPort.of(address);
    }
}
