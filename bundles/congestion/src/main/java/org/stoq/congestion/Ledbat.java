package org.stoq.congestion;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/**
 * For what may wait: takes what others leave, and makes way within a few round trips. LEDBAT (RFC
 * 6817) with the changes of the ICCRG's LEDBAT++.
 */
@Component(service = CongestionController.class)
public final class Ledbat implements CongestionController {
    /** Creates the controller; OSGi does. */
    public Ledbat() {}

    @Override
    public String name() {
        return "ledbat";
    }

    @Override
    public Flow start(PathState path, long nowNanos) {
        return new LedbatFlow(path, nowNanos);
    }
}
