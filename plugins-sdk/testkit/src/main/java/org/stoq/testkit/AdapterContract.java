package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Adapter;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;

/** What every {@link Adapter} must do. */
@Timeout(60)
public abstract class AdapterContract {
    private static final NodeId CALLER = new NodeId(Digest.of(new byte[] {1}));
    private static final List<String> STRANGE_METHODS =
            List.of(
                    "",
                    " ",
                    "\0",
                    "GET",
                    "no-such-method",
                    "../x",
                    "\uD83D\uDE00",
                    "x".repeat(9_999));

    /** Returns the adapter to test. */
    protected abstract Adapter adapter();

    /** Returns a request that it answers well, and may be sent any number of times. */
    protected abstract Request goodRequest();

    /** Returns the body of {@link #goodRequest}. */
    protected byte[] goodBody() {
        return new byte[0];
    }

    @Test
    protected void theServiceHasANameThatFitsAHeader() {
        assertThat(adapter().service())
                .matches("[a-z0-9._-]{1,64}")
                .isEqualTo(adapter().service())
                .isEqualTo(goodRequest().service());
    }

    @Test
    protected void everyMethodNeedsSomeRoleHoweverItIsSpelt() {
        for (String method : STRANGE_METHODS) {
            assertThat(adapter().requiredRole(method))
                    .isNotNull()
                    .isEqualTo(adapter().requiredRole(method));
            assertThat(adapter().replaySafe(method))
                    .as("a method that is not there is no read")
                    .isFalse();
        }
        assertThat(adapter().requiredRole(goodRequest().method())).isNotNull();
    }

    @Test
    protected void aGoodRequestIsAnsweredOnceAndWell() throws IOException {
        RecordedCall call = call(goodRequest(), goodBody());
        adapter().handle(call);
        assertThat(call.response()).isPresent();
        assertThat(call.response().flatMap(Response::error)).isEmpty();
        call.response()
                .orElseThrow()
                .bodyLength()
                .ifPresent(length -> assertThat(call.answer()).hasSize((int) length));
    }

    @Test
    protected void whoIsAskedForAMethodThatIsNotThereSaysSo() {
        for (String method : STRANGE_METHODS) {
            RecordedCall call = call(with(method, CborMap.EMPTY), new byte[0]);
            assertThat(refusal(call).map(StoqException::code))
                    .as("method '%s'", method)
                    .contains(StoqErrorCode.NOT_FOUND);
        }
    }

    @Test
    protected void argumentsOfEveryKindEndInAnAnswerOrARefusal() {
        for (long seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            CborMap arguments = arguments(random, 2);
            byte[] body = SeededBytes.random(seed, random.nextInt(200));
            RecordedCall call = call(with(goodRequest().method(), arguments), body);
            Optional<StoqException> refusal = refusal(call);
            assertThat(refusal.isPresent() || call.response().isPresent())
                    .as("answer to %s", arguments)
                    .isTrue();
            refusal.ifPresent(e -> assertThat(e.code()).isNotEqualTo(StoqErrorCode.INTERNAL));
        }
    }

    @Test
    protected void callsAtTheSameTimeAreAnsweredEach() throws Exception {
        Callable<Boolean> one =
                () -> {
                    RecordedCall call = call(goodRequest(), goodBody());
                    return refusal(call).isEmpty() && call.response().isPresent();
                };
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> all =
                    IntStream.range(0, 32).mapToObj(call -> executor.submit(one)).toList();
            for (Future<Boolean> call : all) {
                assertThat(outcome(call)).isTrue();
            }
        }
    }

    private static boolean outcome(Future<Boolean> call) throws InterruptedException {
        try {
            return call.get();
        } catch (ExecutionException e) {
            throw new AssertionError("a call at the same time as others failed", e.getCause());
        }
    }

    /** Makes the call. Returns what it was refused with, thrown or answered. */
    private Optional<StoqException> refusal(RecordedCall call) {
        try {
            adapter().handle(call);
        } catch (StoqException e) {
            return Optional.of(e);
        } catch (IOException e) {
            throw new AssertionError("nothing is wrong with the stream", e);
        }
        return call.response().flatMap(Response::error);
    }

    private RecordedCall call(Request request, byte[] body) {
        Role role = adapter().requiredRole(request.method());
        return new RecordedCall(request, RecordedCall.caller(role, CALLER), body);
    }

    private Request with(String method, CborMap arguments) {
        return Request.of(adapter().service(), method, arguments);
    }

    private static CborMap arguments(Random random, int depth) {
        CborMap.Builder map = CborMap.builder();
        for (int key = random.nextInt(3); key < 6; key += 1 + random.nextInt(2)) {
            switch (random.nextInt(depth > 0 ? 8 : 6)) {
                case 0 -> map.put(key, random.nextLong());
                case 1 -> map.put(key, "x".repeat(random.nextInt(300)));
                case 2 -> map.put(key, SeededBytes.random(key, random.nextInt(300)));
                case 3 -> map.put(key, random.nextBoolean());
                case 4 -> map.put(key, "");
                case 5 -> map.put(key, Digest.of(new byte[] {(byte) key}));
                case 6 -> map.put(key, arguments(random, depth - 1));
                default -> map.put(key, List.of(arguments(random, depth - 1)));
            }
        }
        return map.build();
    }
}
