package org.stoq.congestion;

import org.stoq.sdk.congestion.CongestionController;
import org.stoq.testkit.CongestionControllerContract;

class CopaTest extends CongestionControllerContract {
    @Override
    protected CongestionController controller() {
        return new Copa();
    }
}
