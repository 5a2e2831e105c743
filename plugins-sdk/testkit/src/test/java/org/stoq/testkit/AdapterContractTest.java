package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Adapter;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;

/** The contract passes an adapter that keeps it, and finds each that does not. */
class AdapterContractTest {
    @Test
    void anEchoKeepsTheContract() {
        ContractRun run = ContractRun.of(Good.class);
        assertThat(run.failed()).isEmpty();
        assertThat(run.passed()).hasSizeGreaterThan(5);
    }

    @Test
    void whoAnswersWhateverTheMethodIsFound() {
        assertThat(ContractRun.of(Obliging.class).failed())
                .containsExactly("whoIsAskedForAMethodThatIsNotThereSaysSo");
    }

    @Test
    void whoTripsOverArgumentsIsFound() {
        assertThat(ContractRun.of(Trusting.class).failed())
                .containsExactly("argumentsOfEveryKindEndInAnAnswerOrARefusal");
    }

    @Test
    void whoNeverAnswersIsFound() {
        assertThat(ContractRun.of(Silent.class).failed())
                .contains("aGoodRequestIsAnsweredOnceAndWell", "callsAtTheSameTimeAreAnsweredEach");
    }

    @Test
    void whoMisjudgesTheLengthOfItsAnswerIsFound() {
        assertThat(ContractRun.of(Boasting.class).failed())
                .contains("aGoodRequestIsAnsweredOnceAndWell");
    }

    /** Answers with the body and the word it was asked. */
    private static class Echo implements Adapter {
        @Override
        public String service() {
            return "echo";
        }

        @Override
        public Role requiredRole(String method) {
            return Role.ANONYMOUS;
        }

        @Override
        public void handle(Call call) throws IOException {
            if (!call.request().method().equals("say")) {
                throw new StoqException(StoqErrorCode.NOT_FOUND, "echo can only say");
            }
            answer(call, call.request().arguments().text(1));
        }

        void answer(Call call, String word) throws IOException {
            byte[] body = Channels.newInputStream(call.body()).readAllBytes();
            CborMap results = CborMap.builder().put(1, word).build();
            try (WritableByteChannel out =
                    call.respond(Response.ok(results).withBody(announced(body.length)))) {
                out.write(ByteBuffer.wrap(body));
            }
        }

        long announced(int length) {
            return length;
        }
    }

    abstract static class OfEcho extends AdapterContract {
        @Override
        protected Request goodRequest() {
            return Request.of("echo", "say", CborMap.builder().put(1, "word").build());
        }

        @Override
        protected byte[] goodBody() {
            return SeededBytes.random(1, 1_000);
        }
    }

    static class Good extends OfEcho {
        @Override
        protected Adapter adapter() {
            return new Echo();
        }
    }

    static class Obliging extends OfEcho {
        @Override
        protected Adapter adapter() {
            return new Echo() {
                @Override
                public void handle(Call call) throws IOException {
                    answer(call, "yes");
                }
            };
        }
    }

    static class Trusting extends OfEcho {
        @Override
        protected Adapter adapter() {
            return new Echo() {
                @Override
                public void handle(Call call) throws IOException {
                    if (call.request().method().equals("say")) {
                        String word = call.request().arguments().findText(1).orElse("");
                        answer(call, word.substring(2));
                    } else {
                        super.handle(call);
                    }
                }
            };
        }
    }

    static class Silent extends OfEcho {
        @Override
        protected Adapter adapter() {
            return new Echo() {
                @Override
                void answer(Call call, String word) {}
            };
        }
    }

    static class Boasting extends OfEcho {
        @Override
        protected Adapter adapter() {
            return new Echo() {
                @Override
                long announced(int length) {
                    return length + 1L;
                }
            };
        }
    }
}
