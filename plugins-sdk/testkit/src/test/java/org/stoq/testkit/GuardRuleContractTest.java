package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
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
        assertThat(ContractRun.of(Careless.class).failed()).contains("everyRequestGetsAVerdict");
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
    void whoBelongsToOneThreadIsFound() {
        assertThat(ContractRun.of(Confined.class).failed())
                .containsExactly("manyThreadsAreJudgedAtOnce");
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

    static class Confined extends OfSample {
        @Override
        Sample sample() {
            AtomicReference<Thread> owner = new AtomicReference<>();
            return (request, caller, now) -> {
                owner.compareAndSet(null, Thread.currentThread());
                if (owner.get() != Thread.currentThread()) {
                    throw new IllegalStateException("belongs to another thread");
                }
                return Verdict.allow();
            };
        }
    }
}
