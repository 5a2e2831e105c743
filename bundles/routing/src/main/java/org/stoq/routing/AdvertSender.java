package org.stoq.routing;

import org.stoq.sdk.NodeId;
import org.stoq.sdk.frame.RouteUpdateFrame;
import org.stoq.sdk.node.Peer;

/** Takes adverts to peers. */
@FunctionalInterface
interface AdvertSender {
    /** Sends an advert soon, or a newer one of the same origin instead. Never blocks. */
    void send(Peer peer, NodeId origin, RouteUpdateFrame frame);
}
