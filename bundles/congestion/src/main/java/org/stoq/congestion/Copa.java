package org.stoq.congestion;

import org.osgi.service.component.annotations.Component;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/**
 * For short queues: keeps the delay low, and holds its own beside flows that fill the queue. Arun
 * and Balakrishnan, "Copa: Practical Delay-Based Congestion Control for the Internet", NSDI 2018.
 */
@Component(service = CongestionController.class)
public final class Copa implements CongestionController {
    /** Creates the controller; OSGi does. */
    public Copa() {}

    @Override
    public String name() {
        return "copa";
    }

    @Override
    public Flow start(PathState path, long nowNanos) {
        return new CopaFlow(path, nowNanos);
    }
}
