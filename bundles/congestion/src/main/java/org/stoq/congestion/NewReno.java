package org.stoq.congestion;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/** The controller that QUIC is described with (RFC 9002 s.7 and appendix B). */
@Component(service = CongestionController.class)
public final class NewReno implements CongestionController {
    /** Creates the controller; OSGi does. */
    public NewReno() {}

    @Override
    public String name() {
        return "stoq-newreno";
    }

    @Override
    public Flow start(PathState path, long nowNanos) {
        return new NewRenoFlow(path);
    }
}
