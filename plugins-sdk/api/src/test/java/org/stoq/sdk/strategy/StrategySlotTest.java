package org.stoq.sdk.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

@Timeout(30)
class StrategySlotTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A strategy that says its name. */
    interface Greeting extends Strategy {
        String greet();
    }

    private record Named(String name) implements Greeting {
        @Override
        public String greet() {
            return name;
        }
    }

    private record Throwing(String name) implements Greeting {
        @Override
        public String greet() {
            throw new IllegalStateException("broken");
        }
    }

    private final AtomicLong now = new AtomicLong();
    private final StrategySlot<Greeting> slot = new StrategySlot<>(Greeting.class, now::get);
    private final Greeting first = new Named("first");
    private final Greeting second = new Named("second");

    @Test
    void isUnavailableWhileEmpty() {
        assertThat(codeOf()).isEqualTo(StoqErrorCode.UNAVAILABLE);
        assertThat(slot.activeName()).isEmpty();
    }

    @Test
    void refusesANameThatNoConfigurationCouldHold() {
        for (String name : List.of("", "Capital", "with space", "x".repeat(65))) {
            assertThatThrownBy(() -> offer(new Named(name), 5))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no name of a strategy");
        }
        assertThat(slot.status()).isEmpty();
        offer(new Named("x".repeat(64)), 5);
        assertThat(slot.activeName()).isPresent();
    }

    @Test
    void aNameThatThrowsIsRefusedAndTheSlotGoesOn() throws StoqException {
        offer(first, 5);
        Greeting broken =
                new Greeting() {
                    @Override
                    public String name() {
                        throw new IllegalStateException("no name");
                    }

                    @Override
                    public String greet() {
                        return "never";
                    }
                };
        assertThatThrownBy(() -> offer(broken, 9)).isInstanceOf(IllegalStateException.class);
        assertThat(greet()).isEqualTo("first");
    }

    @Test
    void choosesTheHighestRankingAndTheNewestOfEquals() throws StoqException {
        offer(first, 5);
        offer(second, 1);
        assertThat(greet()).isEqualTo("first");
        offer(new Named("third"), 5);
        assertThat(greet()).isEqualTo("third");
    }

    @Test
    void choosesTheConfiguredNameWheneverItIsHere() throws StoqException {
        slot.prefer("second");
        offer(first, 5);
        assertThat(greet()).isEqualTo("first");
        offer(second, 1);
        assertThat(greet()).isEqualTo("second");
        slot.withdraw(second, PATIENCE);
        assertThat(greet()).isEqualTo("first");
    }

    @Test
    void aSlotOfNamedOnesUsesNothingButWhatIsNamed() throws StoqException {
        StrategySlot<Greeting> named = StrategySlot.namedOnly(Greeting.class, now::get);
        named.offer(first, new StrategyStatus.Origin("test", "1.0.0", 9));
        named.offer(new Throwing("second"), new StrategyStatus.Origin("test", "1.0.0", 1));
        assertThat(named.activeName()).isEmpty();
        named.prefer("second");
        assertThat(named.activeName()).contains("second");
        named.prefer("third");
        assertThat(named.activeName()).isEmpty();

        named.prefer("second");
        assertThatThrownBy(() -> named.call(Greeting::greet)).isInstanceOf(StoqException.class);
        assertThat(named.activeName()).isEmpty();
        assertThat(named.acquire("second")).isEmpty();
        assertThat(named.status())
                .extracting(StrategyStatus::state)
                .containsExactlyInAnyOrder(
                        StrategyStatus.State.STANDBY, StrategyStatus.State.QUARANTINED);
    }

    @Test
    void aLeaseByNameIsOnThatOneAndTellsWhenItLeaves() throws StoqException {
        offer(first, 9);
        offer(second, 1);
        assertThat(slot.acquire("third")).isEmpty();
        try (Lease<Greeting> lease = slot.acquire("second").orElseThrow()) {
            assertThat(lease.strategy()).isEqualTo(second);
            assertThat(lease.isEnding()).isFalse();
            assertThat(slot.withdraw(second, Duration.ZERO)).isFalse();
            assertThat(lease.isEnding()).isTrue();
        }
        assertThat(slot.acquire("second")).isEmpty();
    }

    @Test
    void theOneThatWasActiveBeforeTakesOverWhenTheActiveOneGoes() throws StoqException {
        offer(new Named("highest"), 9);
        offer(first, 1);
        offer(second, 1);
        slot.prefer("first");
        slot.prefer("second");
        slot.withdraw(second, PATIENCE);
        assertThat(greet()).isEqualTo("first");
    }

    @Test
    void callsTheOneThatIsNamed() throws StoqException {
        offer(first, 5);
        offer(second, 1);
        assertThat(slot.<String, StoqException>call("second", Greeting::greet)).isEqualTo("second");
        StoqException refusal =
                catchThrowableOfType(
                        StoqException.class,
                        () -> slot.<String, StoqException>call("absent", Greeting::greet));
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.UNAVAILABLE);
    }

    @Test
    void aStrategyThatThrowsIsQuarantinedAndTheCallSucceedsOnAnother() throws StoqException {
        offer(first, 1);
        offer(new Throwing("broken"), 5);
        assertThat(greet()).isEqualTo("first");
        StrategyStatus broken = slot.status().get(1);
        assertThat(broken.name()).isEqualTo("broken");
        assertThat(broken.state()).isEqualTo(StrategyStatus.State.QUARANTINED);
        assertThat(broken.failures()).isEqualTo(1);
        assertThat(broken.lastFailure()).contains("java.lang.IllegalStateException: broken");
        assertThat(greet()).isEqualTo("first");
        assertThat(slot.status().get(1).failures()).isEqualTo(1);
    }

    @Test
    void theLastStrategyStaysWhateverItDoes() {
        offer(new Throwing("broken"), 5);
        assertThat(codeOf()).isEqualTo(StoqErrorCode.INTERNAL);
        assertThat(codeOf()).isEqualTo(StoqErrorCode.INTERNAL);
        assertThat(slot.status().getFirst().state()).isEqualTo(StrategyStatus.State.ACTIVE);
        assertThat(slot.status().getFirst().failures()).isEqualTo(2);
    }

    @Test
    void expectedExceptionsAreNoDefect() {
        offer(first, 1);
        StoqException expected = new StoqException(StoqErrorCode.INTEGRITY, "damaged");
        StoqException seen =
                catchThrowableOfType(
                        StoqException.class,
                        () ->
                                slot.<String, StoqException>call(strategy -> {
                                    throw expected;
                                }));
        assertThat(seen).isSameAs(expected);
        assertThat(slot.status().getFirst().failures()).isZero();
    }

    @Test
    void withdrawingWaitsForUsesInFlight() throws Exception {
        offer(first, 5);
        offer(second, 1);
        Lease<Greeting> lease = slot.acquire();
        FutureTask<Boolean> withdrawal = new FutureTask<>(() -> slot.withdraw(first, PATIENCE));
        CountDownLatch changed = new CountDownLatch(1);
        slot.onChange(changed::countDown);
        Thread.startVirtualThread(withdrawal);
        changed.await();
        assertThat(greet()).isEqualTo("second");
        assertThat(withdrawal.isDone()).isFalse();
        assertThat(lease.strategy().greet()).isEqualTo("first");
        lease.close();
        lease.close();
        assertThat(withdrawal.get()).isTrue();
        assertThat(slot.status()).extracting(StrategyStatus::name).containsExactly("second");
    }

    @Test
    void withdrawingGivesUpOnALeaseThatIsNeverReturned() throws StoqException {
        offer(first, 5);
        Lease<Greeting> lease = slot.acquire();
        assertThat(slot.withdraw(first, Duration.ofMillis(1))).isFalse();
        assertThat(slot.activeName()).isEmpty();
        lease.close();
    }

    @Test
    void aStalledCallIsInterruptedAndItsCallerServedByAnother() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        AtomicBoolean interruptLeft = new AtomicBoolean(true);
        Greeting stalling =
                new Greeting() {
                    @Override
                    public String name() {
                        return "stalling";
                    }

                    @Override
                    public String greet() {
                        inside.countDown();
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                            throw new IllegalStateException("interrupted", e);
                        }
                        return "never";
                    }
                };
        offer(first, 1);
        offer(stalling, 5);
        FutureTask<String> call =
                new FutureTask<>(() -> {
                    String greeting = greet();
                    interruptLeft.set(Thread.currentThread().isInterrupted());
                    return greeting;
                });
        Thread.startVirtualThread(call);
        inside.await();
        now.addAndGet(Duration.ofSeconds(5).toNanos());
        slot.checkStalls(Duration.ofSeconds(5));
        assertThat(call.isDone()).isFalse();
        now.addAndGet(1);
        slot.checkStalls(Duration.ofSeconds(5));
        assertThat(call.get()).isEqualTo("first");
        assertThat(interruptLeft).isFalse();
        assertThat(slot.status().get(1).state()).isEqualTo(StrategyStatus.State.QUARANTINED);
    }

    @Test
    void listenersHearEveryChangeAndMayFail() {
        AtomicInteger changes = new AtomicInteger();
        slot.onChange(() -> {
            throw new IllegalStateException("a listener's own affair");
        });
        StrategySlot.Subscription subscription = slot.onChange(changes::incrementAndGet);
        offer(first, 1);
        offer(second, 0);
        slot.prefer("second");
        assertThat(changes).hasValue(2);
        subscription.close();
        slot.prefer("first");
        assertThat(changes).hasValue(2);
    }

    @Test
    void noCallFailsWhileStrategiesComeAndGo() throws Exception {
        offer(new Named("base"), 0);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger inGone = new AtomicInteger();
        List<FutureTask<Long>> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            FutureTask<Long> caller =
                    new FutureTask<>(() -> {
                        long calls = 0;
                        while (!stop.get()) {
                            slot.<Boolean, StoqException>call(strategy -> {
                                if (strategy instanceof Swapped swapped) {
                                    swapped.use(inGone);
                                }
                                return true;
                            });
                            calls++;
                        }
                        return calls;
                    });
            callers.add(caller);
            Thread.ofPlatform().start(caller);
        }
        for (int i = 0; i < 1_000; i++) {
            Swapped swapped = new Swapped();
            offer(swapped, 5);
            assertThat(slot.withdraw(swapped, PATIENCE)).isTrue();
            swapped.gone = true;
        }
        stop.set(true);
        for (FutureTask<Long> caller : callers) {
            assertThat(caller.get()).isPositive();
        }
        assertThat(inGone).hasValue(0);
    }

    /** Knows whether it is used after its bundle has gone. */
    private static final class Swapped implements Greeting {
        private volatile boolean gone;

        @Override
        public String name() {
            return "swapped";
        }

        @Override
        public String greet() {
            return name();
        }

        void use(AtomicInteger inGone) {
            if (gone) {
                inGone.incrementAndGet();
            }
        }
    }

    private void offer(Greeting strategy, int ranking) {
        slot.offer(strategy, new StrategyStatus.Origin("test", "1.0.0", ranking));
    }

    private String greet() throws StoqException {
        return slot.<String, StoqException>call(Greeting::greet);
    }

    private StoqErrorCode codeOf() {
        return catchThrowableOfType(StoqException.class, this::greet).code();
    }
}
