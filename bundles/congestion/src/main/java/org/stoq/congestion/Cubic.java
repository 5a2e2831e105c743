package org.stoq.congestion;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/**
 * CUBIC (RFC 9438), for long fast paths: the window grows with the time since the last loss, not
 * with round trips. Its slow start is HyStart++ (RFC 9406).
 */
@Component(service = CongestionController.class)
public final class Cubic implements CongestionController {
    /** Creates the controller; OSGi does. */
    public Cubic() {}

    @Override
    public String name() {
        return "stoq-cubic";
    }

    @Override
    public Flow start(PathState path, long nowNanos) {
        return new CubicFlow(path, nowNanos);
    }
}
