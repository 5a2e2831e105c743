package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.function.FunctionRequest;
import org.stoq.sdk.function.FunctionResponse;
import org.stoq.sdk.function.FunctionRuntime;
import org.stoq.sdk.function.FunctionSource;
import org.stoq.sdk.function.LoadedFunction;

/** The contract passes a runtime that keeps it, and finds each that does not. */
class FunctionRuntimeContractTest {
    @Test
    void aLanguageOfThreeWordsKeepsTheContract() {
        ContractRun run = ContractRun.of(Good.class);
        assertThat(run.failed()).isEmpty();
        assertThat(run.passed()).hasSizeGreaterThan(7);
    }

    @Test
    void whoRunsAnythingIsFound() {
        assertThat(ContractRun.of(Boasting.class).failed())
                .contains("runsItsOwnLanguageAndNotEvery");
    }

    @Test
    void whoLoadsWhatIsNoProgramIsFound() {
        assertThat(ContractRun.of(Lenient.class).failed())
                .contains("aSourceThatIsNoProgramIsRefusedWithTheReason");
    }

    @Test
    void whoLetsAnAnswerGrowIsFound() {
        assertThat(ContractRun.of(Generous.class).failed())
                .containsExactly("anAnswerMayBeAsLongAsItsLimitAndNotLonger");
    }

    /** A language of three words: echo, throw and spin. */
    private static class ThreeWords implements FunctionRuntime {
        private static final Set<String> WORDS = Set.of("echo", "throw", "spin");

        @Override
        public String name() {
            return "three-words";
        }

        @Override
        public boolean runs(String mediaType) {
            return mediaType.equals("text/three-words");
        }

        @Override
        public LoadedFunction load(FunctionSource source) throws StoqException {
            if (!runs(source.mediaType())) {
                throw new StoqException(StoqErrorCode.UNSUPPORTED, source.mediaType());
            }
            if (!isProgram(source.text())) {
                throw new StoqException(
                        StoqErrorCode.INVALID_REQUEST, "line 1, column 1: no such word");
            }
            return new Function(source.text(), limits(source.limits()));
        }

        boolean isProgram(String text) {
            return WORDS.contains(text);
        }

        FunctionSource.Limits limits(FunctionSource.Limits asked) {
            return asked;
        }
    }

    /** One of the words, which is said on a thread of its own. */
    private record Function(String word, FunctionSource.Limits limits) implements LoadedFunction {
        @Override
        public FunctionResponse handle(FunctionRequest request) throws StoqException {
            FutureTask<String> answer = new FutureTask<>(() -> say(request));
            Thread thread = Thread.ofPlatform().daemon().start(answer);
            try {
                String text = answer.get(limits.wallTime().toNanos(), TimeUnit.NANOSECONDS);
                byte[] body = text.getBytes(StandardCharsets.UTF_8);
                if (body.length > limits.outputBytes()) {
                    throw new StoqException(StoqErrorCode.TOO_LARGE, body.length + " bytes");
                }
                return new FunctionResponse(
                        200, Map.of(), Channels.newChannel(new ByteArrayInputStream(body)));
            } catch (TimeoutException e) {
                throw new StoqException(StoqErrorCode.DEADLINE_EXCEEDED, "too slow", e);
            } catch (InterruptedException e) {
                throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
            } catch (ExecutionException e) {
                throw new StoqException(StoqErrorCode.INTERNAL, "the function failed", e);
            } finally {
                thread.interrupt();
            }
        }

        private String say(FunctionRequest request) {
            while (word.equals("spin") && !Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            if (word.equals("throw")) {
                throw new IllegalStateException("as it was told");
            }
            return request.uri();
        }

        @Override
        public void close() {}
    }

    abstract static class OfThreeWords extends FunctionRuntimeContract {
        @Override
        protected String mediaType() {
            return "text/three-words";
        }

        @Override
        protected String echoingUri() {
            return "echo";
        }

        @Override
        protected String malformed() {
            return "echo?";
        }

        @Override
        protected String throwing() {
            return "throw";
        }

        @Override
        protected String endless() {
            return "spin";
        }
    }

    static class Good extends OfThreeWords {
        @Override
        protected FunctionRuntime runtime() {
            return new ThreeWords();
        }
    }

    static class Boasting extends OfThreeWords {
        @Override
        protected FunctionRuntime runtime() {
            return new ThreeWords() {
                @Override
                public boolean runs(String mediaType) {
                    return true;
                }
            };
        }
    }

    static class Lenient extends OfThreeWords {
        @Override
        protected FunctionRuntime runtime() {
            return new ThreeWords() {
                @Override
                boolean isProgram(String text) {
                    return true;
                }
            };
        }
    }

    static class Generous extends OfThreeWords {
        @Override
        protected FunctionRuntime runtime() {
            return new ThreeWords() {
                @Override
                FunctionSource.Limits limits(FunctionSource.Limits asked) {
                    return new FunctionSource.Limits(
                            asked.cpuTime(), asked.wallTime(), asked.heapBytes(), Long.MAX_VALUE);
                }
            };
        }
    }
}
