package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/** The contract passes a controller that keeps it, and finds each that does not. */
class CongestionControllerContractTest {
    @Test
    void newRenoKeepsTheContract() {
        ContractRun run = ContractRun.of(Good.class);
        assertThat(run.failed()).isEmpty();
        assertThat(run.passed()).hasSizeGreaterThan(20);
    }

    @Test
    void whoNeverGrowsIsFound() {
        assertThat(ContractRun.of(Fixed.class).failed())
                .contains("theWindowGrowsWhileEverythingArrives", "manyLossesShrinkTheWindow");
    }

    @Test
    void whoCaresForNoLossIsFound() {
        assertThat(ContractRun.of(Deaf.class).failed())
                .contains("persistentCongestionTakesAwayWhatHasGrown", "manyLossesShrinkTheWindow");
    }

    @Test
    void whoCaresForNoMarkIsFound() {
        assertThat(ContractRun.of(Blind.class).failed())
                .containsExactly("manyMarksShrinkTheWindow");
    }

    @Test
    void whoShutsTheWindowForEveryLostPacketIsFound() {
        assertThat(ContractRun.of(Nervous.class).failed())
                .contains(
                        "packetsOfOneFlightAreOneLoss", "theWindowStaysInItsRangeWhateverHappens");
    }

    @Test
    void whoGrowsWithoutNeedIsFound() {
        assertThat(ContractRun.of(Greedy.class).failed())
                .contains("theWindowDoesNotGrowWhileTheSenderHasTooLittleToSend");
    }

    @Test
    void whoIgnoresWhatWasFoundBeforeIsFound() {
        assertThat(ContractRun.of(Forgetful.class).failed())
                .containsExactly("aFlowTakesOverWhatAnotherControllerHasFound");
    }

    @Test
    void whoAllocatesForEachEventIsFound() {
        assertThat(ContractRun.of(Wasteful.class).failed())
                .containsExactly("eventsAllocateNothingInTheLongRun");
    }

    @Test
    void whoCountsEventsInsteadOfBytesIsFound() {
        assertThat(ContractRun.of(Counting.class).failed())
                .contains("sumsAreAsGoodAsSinglePackets");
    }

    @Test
    void whoComparesTimesInsteadOfDifferencesIsFound() {
        assertThat(ContractRun.of(Absolute.class).failed()).contains("onlyDifferencesOfTimesCount");
    }

    /** NewReno as in RFC 9002 appendix B. */
    private static class NewReno implements CongestionController.Flow {
        long window;
        int datagramBytes;
        private long threshold;
        private long recoveryNanos;
        private boolean everRecovered;

        NewReno(PathState path) {
            datagramBytes = path.maxDatagramBytes();
            window = Math.max(path.windowBytes(), PathState.leastWindowBytes(datagramBytes));
            threshold = path.inSlowStart() ? Long.MAX_VALUE : window;
        }

        @Override
        public void acknowledged(
                long nowNanos,
                long bytes,
                long newestSentNanos,
                long inFlightBytes,
                boolean appLimited) {
            if (appLimited || isInRecovery(newestSentNanos)) {
                return;
            }
            window += inSlowStart() ? bytes : Math.min(bytes, datagramBytes * bytes / window);
        }

        @Override
        public void lost(long nowNanos, long bytes, long newestSentNanos, boolean persistent) {
            reduce(nowNanos, newestSentNanos);
            if (persistent) {
                window = PathState.leastWindowBytes(datagramBytes);
                everRecovered = false;
            }
        }

        @Override
        public void congestionExperienced(long nowNanos, long packets, long newestSentNanos) {
            reduce(nowNanos, newestSentNanos);
        }

        @Override
        public void datagramSize(int maxDatagramBytes) {
            datagramBytes = maxDatagramBytes;
            window = Math.max(window, PathState.leastWindowBytes(datagramBytes));
        }

        @Override
        public long windowBytes() {
            return window;
        }

        @Override
        public boolean inSlowStart() {
            return window < threshold;
        }

        boolean isInRecovery(long sentNanos) {
            return everRecovered && sentNanos - recoveryNanos <= 0;
        }

        private void reduce(long nowNanos, long sentNanos) {
            if (!isInRecovery(sentNanos)) {
                everRecovered = true;
                recoveryNanos = nowNanos;
                threshold = window / 2;
                window = Math.max(threshold, PathState.leastWindowBytes(datagramBytes));
            }
        }
    }

    /** Makes flows. */
    private interface Flows {
        CongestionController.Flow start(PathState path);
    }

    private static CongestionController controller(Flows flows) {
        return new CongestionController() {
            @Override
            public String name() {
                return "sample";
            }

            @Override
            public Flow start(PathState path, long nowNanos) {
                return flows.start(path);
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
            return CongestionControllerContractTest.controller(path ->
                    new NewReno(path) {
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
            return CongestionControllerContractTest.controller(path ->
                    new NewReno(path) {
                        @Override
                        public void lost(
                                long nowNanos,
                                long bytes,
                                long newestSentNanos,
                                boolean persistent) {}
                    });
        }
    }

    static class Blind extends CongestionControllerContract {
        @Override
        protected CongestionController controller() {
            return CongestionControllerContractTest.controller(path ->
                    new NewReno(path) {
                        @Override
                        public void congestionExperienced(
                                long nowNanos, long packets, long newestSentNanos) {}
                    });
        }
    }

    static class Nervous extends CongestionControllerContract {
        @Override
        protected CongestionController controller() {
            return CongestionControllerContractTest.controller(path ->
                    new NewReno(path) {
                        @Override
                        public void lost(
                                long nowNanos,
                                long bytes,
                                long newestSentNanos,
                                boolean persistent) {
                            window /= 2;
                        }
                    });
        }
    }

    static class Greedy extends CongestionControllerContract {
        @Override
        protected CongestionController controller() {
            return CongestionControllerContractTest.controller(path ->
                    new NewReno(path) {
                        @Override
                        public void acknowledged(
                                long nowNanos,
                                long bytes,
                                long newestSentNanos,
                                long inFlightBytes,
                                boolean appLimited) {
                            window += bytes;
                        }
                    });
        }
    }

    static class Forgetful extends CongestionControllerContract {
        @Override
        protected CongestionController controller() {
            return CongestionControllerContractTest.controller(
                    path -> new NewReno(PathState.initial(path.maxDatagramBytes(), 1)));
        }
    }

    static class Wasteful extends CongestionControllerContract {
        @Override
        protected CongestionController controller() {
            return CongestionControllerContractTest.controller(path ->
                    new NewReno(path) {
                        private List<Long> times = List.of();

                        @Override
                        public void acknowledged(
                                long nowNanos,
                                long bytes,
                                long newestSentNanos,
                                long inFlightBytes,
                                boolean appLimited) {
                            times = List.of(nowNanos + times.size(), newestSentNanos);
                            super.acknowledged(
                                    nowNanos, bytes, newestSentNanos, inFlightBytes, appLimited);
                        }
                    });
        }
    }

    static class Counting extends CongestionControllerContract {
        @Override
        protected CongestionController controller() {
            return CongestionControllerContractTest.controller(path ->
                    new NewReno(path) {
                        @Override
                        public void acknowledged(
                                long nowNanos,
                                long bytes,
                                long newestSentNanos,
                                long inFlightBytes,
                                boolean appLimited) {
                            super.acknowledged(
                                    nowNanos,
                                    datagramBytes,
                                    newestSentNanos,
                                    inFlightBytes,
                                    appLimited);
                        }
                    });
        }
    }

    static class Absolute extends CongestionControllerContract {
        @Override
        protected CongestionController controller() {
            return CongestionControllerContractTest.controller(path ->
                    new NewReno(path) {
                        @Override
                        boolean isInRecovery(long sentNanos) {
                            return sentNanos < 0 && super.isInRecovery(sentNanos);
                        }
                    });
        }
    }
}
