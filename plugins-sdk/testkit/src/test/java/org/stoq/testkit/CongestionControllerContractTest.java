package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.stoq.sdk.congestion.CongestionController;

/** The contract passes a controller that keeps it, and finds each that does not. */
class CongestionControllerContractTest {
    @Test
    void newRenoKeepsTheContract() {
        ContractRun run = ContractRun.of(Good.class);
        assertThat(run.failed()).isEmpty();
        assertThat(run.passed()).hasSizeGreaterThan(10);
    }

    @Test
    void whoNeverGrowsIsFound() {
        assertThat(ContractRun.of(Fixed.class).failed())
                .contains("theWindowGrowsWhileEverythingArrives");
    }

    @Test
    void whoCaresForNoLossIsFound() {
        assertThat(ContractRun.of(Deaf.class).failed())
                .contains("persistentCongestionTakesAwayWhatHasGrown");
    }

    @Test
    void whoShutsTheWindowForEveryLostPacketIsFound() {
        assertThat(ContractRun.of(Nervous.class).failed())
                .contains("packetsOfOneFlightAreOneLoss", "theWindowNeverClosesWhateverHappens");
    }

    @Test
    void whoGrowsWithoutNeedIsFound() {
        assertThat(ContractRun.of(Greedy.class).failed())
                .contains("theWindowDoesNotGrowWhileTheSenderHasTooLittleToSend");
    }

    /** NewReno as in RFC 9002 appendix B. */
    private static class NewReno implements CongestionController.Flow {
        long window;
        int datagramBytes;
        private long threshold = Long.MAX_VALUE;
        private long recoveryNanos;
        private boolean everRecovered;

        NewReno(int datagramBytes) {
            this.datagramBytes = datagramBytes;
            this.window = Math.min(10L * datagramBytes, Math.max(14_720, 2L * datagramBytes));
        }

        @Override
        public void sent(long nowNanos, long packetNumber, int bytes, long inFlightBytes) {}

        @Override
        public void acknowledged(
                long nowNanos, long packetNumber, int bytes, long sentNanos, boolean appLimited) {
            if (appLimited || isInRecovery(sentNanos)) {
                return;
            }
            window += window < threshold ? bytes : (long) datagramBytes * bytes / window;
        }

        @Override
        public void roundTrip(
                long nowNanos, long latestNanos, long smoothedNanos, long minimumNanos) {}

        @Override
        public void lost(long nowNanos, long bytes, long largestSentNanos, boolean persistent) {
            reduce(nowNanos, largestSentNanos);
            if (persistent) {
                window = 2L * datagramBytes;
                everRecovered = false;
            }
        }

        @Override
        public void congestionExperienced(long nowNanos, long sentNanos, long newlyMarked) {
            reduce(nowNanos, sentNanos);
        }

        @Override
        public void datagramSize(int maxDatagramBytes) {
            datagramBytes = maxDatagramBytes;
            window = Math.max(window, 2L * datagramBytes);
        }

        @Override
        public long windowBytes() {
            return window;
        }

        private boolean isInRecovery(long sentNanos) {
            return everRecovered && sentNanos - recoveryNanos <= 0;
        }

        private void reduce(long nowNanos, long sentNanos) {
            if (!isInRecovery(sentNanos)) {
                everRecovered = true;
                recoveryNanos = nowNanos;
                threshold = window / 2;
                window = Math.max(threshold, 2L * datagramBytes);
            }
        }
    }

    /** Makes flows. */
    private interface Flows {
        CongestionController.Flow start(int datagramBytes);
    }

    private static CongestionController controller(Flows flows) {
        return new CongestionController() {
            @Override
            public String name() {
                return "sample";
            }

            @Override
            public Flow start(int maxDatagramBytes, long initialRttNanos, long nowNanos) {
                return flows.start(maxDatagramBytes);
            }
        };
    }

    static class Good extends CongestionControllerContract {
        @Override
        protected CongestionController controller() {
            return CongestionControllerContractTest.controller(NewReno::new);
        }
    }

    static class Fixed extends CongestionControllerContract {
        @Override
        protected CongestionController controller() {
            return CongestionControllerContractTest.controller(datagramBytes ->
                    new NewReno(datagramBytes) {
                        @Override
                        public long windowBytes() {
                            return 10L * datagramBytes;
                        }
                    });
        }
    }

    static class Deaf extends CongestionControllerContract {
        @Override
        protected CongestionController controller() {
            return CongestionControllerContractTest.controller(datagramBytes ->
                    new NewReno(datagramBytes) {
                        @Override
                        public void lost(
                                long nowNanos,
                                long bytes,
                                long largestSentNanos,
                                boolean persistent) {}
                    });
        }
    }

    static class Nervous extends CongestionControllerContract {
        @Override
        protected CongestionController controller() {
            return CongestionControllerContractTest.controller(datagramBytes ->
                    new NewReno(datagramBytes) {
                        @Override
                        public void lost(
                                long nowNanos,
                                long bytes,
                                long largestSentNanos,
                                boolean persistent) {
                            window /= 2;
                        }
                    });
        }
    }

    static class Greedy extends CongestionControllerContract {
        @Override
        protected CongestionController controller() {
            return CongestionControllerContractTest.controller(datagramBytes ->
                    new NewReno(datagramBytes) {
                        @Override
                        public void acknowledged(
                                long nowNanos,
                                long packetNumber,
                                int bytes,
                                long sentNanos,
                                boolean appLimited) {
                            window += bytes;
                        }
                    });
        }
    }
}
