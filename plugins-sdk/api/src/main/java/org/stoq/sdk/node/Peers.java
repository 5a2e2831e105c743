package org.stoq.sdk.node;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.stoq.sdk.NodeId;

/** The nodes that are connected. An OSGi service that the node provides; never blocks. */
@ProviderType
public interface Peers {
    /** Returns the connected nodes at this moment, each once. */
    List<Peer> connected();

    /** Returns a connected node. */
    default Optional<Peer> find(NodeId id) {
        return connected().stream().filter(peer -> peer.id().equals(id)).findFirst();
    }
}
