package org.stoq.sdk.routing;

import org.osgi.annotation.versioning.ProviderType;

/** The node's current routes. An OSGi service; never blocks. */
@ProviderType
public interface Routes {
    /** Returns the newest table. */
    RouteTable table();

    /** Returns the topology that the newest table was computed from. */
    Topology topology();
}
