package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.function.FunctionRequest;
import org.stoq.sdk.function.FunctionResponse;
import org.stoq.sdk.function.FunctionRuntime;
import org.stoq.sdk.function.FunctionSource;
import org.stoq.sdk.function.LoadedFunction;

/** What every {@link FunctionRuntime} must do, with functions in a language that it runs. */
@Timeout(120)
public abstract class FunctionRuntimeContract {
    private static final FunctionSource.Limits GENEROUS =
            new FunctionSource.Limits(
                    Duration.ofSeconds(30), Duration.ofSeconds(30), 256L << 20, 1 << 20);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Returns the runtime to test. */
    protected abstract FunctionRuntime runtime();

    /** Returns the media type of the sources below. */
    protected abstract String mediaType();

    /** Returns a function that answers 200 with the request's URI as body. */
    protected abstract String echoingUri();

    /** Returns a function that is no program of the language. */
    protected abstract String malformed();

    /** Returns a function that throws an error whenever it is asked. */
    protected abstract String throwing();

    /** Returns a function that never answers, and computes all the time. */
    protected abstract String endless();

    @Test
    protected void theNameIsOneThatAConfigurationCanHold() {
        assertThat(runtime().name()).matches("[a-z0-9._-]{1,64}").isEqualTo(runtime().name());
    }

    @Test
    protected void runsItsOwnLanguageAndNotEvery() {
        assertThat(runtime().runs(mediaType())).isTrue();
        assertThat(runtime().runs("application/x-no-such-language")).isFalse();
        assertThat(
                        refusal(() ->
                                runtime()
                                        .load(
                                                source(
                                                        "application/x-no-such-language",
                                                        echoingUri(),
                                                        GENEROUS))))
                .isEqualTo(StoqErrorCode.UNSUPPORTED);
    }

    @Test
    protected void answersWithWhatTheFunctionSays() throws IOException {
        try (LoadedFunction function = load(echoingUri(), GENEROUS)) {
            for (String uri : List.of("https://a.example/", "https://a.example/x?y=%C3%A4")) {
                FunctionResponse response = function.handle(get(uri));
                assertThat(response.status()).isEqualTo(200);
                assertThat(text(response)).isEqualTo(uri);
            }
        }
    }

    @Test
    protected void aSourceThatIsNoProgramIsRefusedWithTheReason() {
        StoqException refusal =
                catchThrowableOfType(
                        StoqException.class, () -> load(malformed(), GENEROUS).close());
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.INVALID_REQUEST);
        assertThat(refusal.getMessage()).isNotBlank();
    }

    @Test
    protected void aFunctionThatThrowsEndsThatRequestOnly() throws IOException {
        try (LoadedFunction broken = load(throwing(), GENEROUS);
                LoadedFunction good = load(echoingUri(), GENEROUS)) {
            for (int round = 0; round < 3; round++) {
                assertThat(refusal(() -> read(broken))).isEqualTo(StoqErrorCode.INTERNAL);
                assertThat(text(good.handle(get("https://a.example/")))).isNotEmpty();
            }
        }
    }

    @Test
    protected void aFunctionThatNeverAnswersIsEndedAtItsDeadline() throws IOException {
        FunctionSource.Limits brief =
                new FunctionSource.Limits(
                        Duration.ofMillis(200), Duration.ofMillis(200), 256L << 20, 1 << 20);
        try (LoadedFunction function = load(endless(), brief)) {
            assertThat(refusal(() -> read(function))).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        }
    }

    @Test
    protected void anInterruptEndsAFunction() throws Exception {
        try (LoadedFunction function = load(endless(), GENEROUS)) {
            CountDownLatch begun = new CountDownLatch(1);
            FutureTask<StoqErrorCode> call =
                    new FutureTask<>(() -> {
                        begun.countDown();
                        return refusal(() -> read(function));
                    });
            Thread caller = Thread.ofVirtual().start(call);
            begun.await();
            caller.interrupt();
            assertThat(call.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).isNotNull();
        }
    }

    @Test
    protected void anAnswerMayBeAsLongAsItsLimitAndNotLonger() throws IOException {
        String uri = "https://a.example/" + "x".repeat(100);
        try (LoadedFunction enough = load(echoingUri(), output(uri.length()));
                LoadedFunction tooLittle = load(echoingUri(), output(uri.length() - 1))) {
            assertThat(text(enough.handle(get(uri)))).isEqualTo(uri);
            assertThat(refusal(() -> text(tooLittle.handle(get(uri)))))
                    .isEqualTo(StoqErrorCode.TOO_LARGE);
        }
    }

    @Test
    protected void requestsAtTheSameTimeDoNotMixUp() throws Exception {
        try (LoadedFunction function = load(echoingUri(), GENEROUS);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers =
                    IntStream.range(0, 64)
                            .mapToObj(
                                    i -> executor.submit(() -> text(function.handle(get(uri(i))))))
                            .toList();
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo(uri(i));
            }
        }
    }

    private static FunctionSource.Limits output(long bytes) {
        return new FunctionSource.Limits(
                GENEROUS.cpuTime(), GENEROUS.wallTime(), GENEROUS.heapBytes(), bytes);
    }

    private static String uri(int number) {
        return "https://a.example/" + number;
    }

    private LoadedFunction load(String text, FunctionSource.Limits limits) throws StoqException {
        return runtime().load(source(mediaType(), text, limits));
    }

    private static FunctionSource source(
            String mediaType, String text, FunctionSource.Limits limits) {
        return new FunctionSource("tenant", "function", mediaType, text, limits);
    }

    private static FunctionRequest get(String uri) {
        return new FunctionRequest(
                "GET",
                uri,
                Map.of("accept", List.of("*/*")),
                Channels.newChannel(InputStream.nullInputStream()));
    }

    private static void read(LoadedFunction function) throws IOException {
        text(function.handle(get("https://a.example/")));
    }

    private static String text(FunctionResponse response) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Channels.newInputStream(response.body()).transferTo(bytes);
        response.body().close();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static StoqErrorCode refusal(ThrowingCallable call) {
        StoqException refusal = catchThrowableOfType(StoqException.class, call);
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal.code();
    }
}
