package org.stoq.congestion;

import org.stoq.sdk.congestion.CongestionController;
import org.stoq.testkit.CongestionControllerContract;

class NewRenoTest extends CongestionControllerContract {
    @Override
    protected CongestionController controller() {
        return new NewReno();
    }
}
