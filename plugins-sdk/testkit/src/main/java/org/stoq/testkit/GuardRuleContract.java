package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.guard.GuardRule;
import org.stoq.sdk.guard.Verdict;

/** What every {@link GuardRule} must do. What it refuses is its own affair. */
@Timeout(60)
public abstract class GuardRuleContract {
    private static final List<String> WORDS =
            List.of("", "content", "node", "get", "put", "purge", "\0", "x".repeat(9_999));

    /** Returns the rule to test. */
    protected abstract GuardRule rule();

    /** Returns a request that it lets pass if it is the first one. */
    protected abstract Request goodRequest();

    /** Returns who makes that request. */
    protected Caller goodCaller() {
        return new Caller(
                Optional.of(new NodeId(Digest.of(new byte[1]))),
                Role.OPERATOR,
                new InetSocketAddress(InetAddress.ofLiteral("::1"), 4_433));
    }

    @Test
    protected void theNameFitsALogLineAndStaysTheSame() {
        assertThat(rule().name()).matches("[a-z0-9._-]{1,64}").isEqualTo(rule().name());
    }

    @Test
    protected void aGoodRequestPasses() {
        assertThat(rule().judge(goodRequest(), goodCaller(), 0).refusal()).isEmpty();
    }

    @Test
    protected void everyRequestGetsAVerdict() {
        GuardRule rule = rule();
        long now = 0;
        for (long seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            now += random.nextInt(1_000_000_000);
            check(rule.judge(request(random), caller(random), now));
        }
    }

    @Test
    protected void timeMayBeginAnywhereAndLeap() {
        GuardRule rule = rule();
        for (long now :
                new long[] {
                    Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE / 2, -1, 0, 1, Long.MAX_VALUE
                }) {
            check(rule.judge(goodRequest(), goodCaller(), now));
        }
    }

    @Test
    protected void manyThreadsAreJudgedAtOnce() throws Exception {
        GuardRule rule = rule();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all =
                    IntStream.range(0, 16)
                            .<Future<?>>mapToObj(seed ->
                                    executor.submit(() -> judgeMany(rule, new Random(seed))))
                            .toList();
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    @Test
    protected void aHundredThousandCallersAreJudgedInReasonableTime() {
        GuardRule rule = rule();
        for (int number = 0; number < 100_000; number++) {
            check(rule.judge(goodRequest(), caller(new Random(number)), number));
        }
    }

    private static void judgeMany(GuardRule rule, Random random) {
        for (int round = 0; round < 1_000; round++) {
            check(rule.judge(request(random), caller(random), round));
        }
    }

    private static void check(Verdict verdict) {
        assertThat(verdict).isNotNull();
        verdict.refusal()
                .ifPresent(refusal -> {
                    assertThat(refusal.getMessage()).isNotBlank();
                    assertThat(refusal.code()).isNotEqualTo(StoqErrorCode.NO_ERROR);
                });
    }

    private static Request request(Random random) {
        return new Request(
                WORDS.get(random.nextInt(WORDS.size())),
                WORDS.get(random.nextInt(WORDS.size())),
                1 + random.nextInt(3),
                Duration.ofMillis(random.nextInt(5_000)),
                random.nextBoolean()
                        ? OptionalLong.empty()
                        : OptionalLong.of(random.nextLong(Long.MAX_VALUE)),
                random.nextBoolean() ? Optional.empty() : Optional.of("key"),
                CborMap.builder().put(1, random.nextLong()).put(2, "text").build());
    }

    private static Caller caller(Random random) {
        byte[] address = new byte[16];
        random.nextBytes(address);
        address[0] = 0x20;
        Role role = Role.values()[random.nextInt(Role.values().length)];
        try {
            return new Caller(
                    role == Role.ANONYMOUS
                            ? Optional.empty()
                            : Optional.of(new NodeId(Digest.of(address))),
                    role,
                    new InetSocketAddress(
                            InetAddress.getByAddress(address), 1 + random.nextInt(65_000)));
        } catch (UnknownHostException e) {
            throw new AssertionError("an address has 16 bytes", e);
        }
    }
}
