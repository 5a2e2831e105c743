package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.guard.GuardRule;
import org.stoq.sdk.guard.Verdict;

/** The contract passes a rule that keeps it, and finds each that does not. */
class GuardRuleContractTest {
    @Test
    void onlyOperatorsPurgeKeepsTheContract() {
        ContractRun run = ContractRun.of(Good.class);
        assertThat(run.failed()).isEmpty();
        assertThat(run.passed()).hasSizeGreaterThan(4);
    }

    @Test
    void whoTripsOverAnonymousCallersIsFound() {
        assertThat(ContractRun.of(Careless.class).failed())
                .contains("everyRequestGetsAVerdict");
    }

    @Test
    void whoRefusesWithoutAReasonIsFound() {
        assertThat(ContractRun.of(Curt.class).failed()).contains("everyRequestGetsAVerdict");
    }

    @Test
    void whoRefusesEverythingIsFound() {
        assertThat(ContractRun.of(Grumpy.class).failed()).contains("aGoodRequestPasses");
    }

    @Test
    void whoCountsCallersWithoutALockIsFound() {
        assertThat(ContractRun.of(Unlocked.class).failed()).contains("manyThreadsAreJudgedAtOnce");
    }

    private static Verdict operatorsOnly(Request request, Caller caller, String reason) {
        return request.method().equals("purge") && caller.role() != Role.OPERATOR
                ? Verdict.refuse(StoqErrorCode.FORBIDDEN, reason)
                : Verdict.allow();
    }

    interface Sample extends GuardRule {
        @Override
        default String name() {
            return "sample";
        }
    }

    abstract static class OfSample extends GuardRuleContract {
        abstract Sample sample();

        @Override
        protected GuardRule rule() {
            return sample();
        }

        @Override
        protected Request goodRequest() {
            return Request.of("content", "get", CborMap.EMPTY);
        }
    }

    static class Good extends OfSample {
        @Override
        Sample sample() {
            return (request, caller, now) -> operatorsOnly(request, caller, "only operators purge");
        }
    }

    static class Careless extends OfSample {
        @Override
        Sample sample() {
            return (request, caller, now) ->
                    caller.id().orElseThrow().shortName().isEmpty()
                            ? Verdict.refuse(StoqErrorCode.FORBIDDEN, "nobody")
                            : Verdict.allow();
        }
    }

    static class Curt extends OfSample {
        @Override
        Sample sample() {
            return (request, caller, now) -> operatorsOnly(request, caller, "");
        }
    }

    static class Grumpy extends OfSample {
        @Override
        Sample sample() {
            return (request, caller, now) -> Verdict.refuse(StoqErrorCode.FORBIDDEN, "no");
        }
    }

    static class Unlocked extends OfSample {
        @Override
        Sample sample() {
            Map<NodeId, Integer> counts = new HashMap<>();
            return (request, caller, now) -> {
                caller.id().ifPresent(id -> counts.merge(id, 1, Integer::sum));
                // Whoever walks through a map that others change is told so.
                long calls = counts.values().stream().mapToLong(Integer::longValue).sum();
                return calls < 0
                        ? Verdict.refuse(StoqErrorCode.RATE_LIMITED, "too many")
                        : Verdict.allow();
            };
        }
    }
}
