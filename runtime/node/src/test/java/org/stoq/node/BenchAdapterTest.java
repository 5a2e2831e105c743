package org.stoq.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.client.pattern.Pattern;
import org.stoq.client.pattern.PatternCheck;
import org.stoq.client.pattern.PatternSource;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Adapter;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.testkit.AdapterContract;
import org.stoq.testkit.RecordedCall;

class BenchAdapterTest extends AdapterContract {
    private static final NodeId SOMEBODY = new NodeId(Digest.of(new byte[] {1}));

    private final BenchAdapter bench = new BenchAdapter();
    private final Pattern pattern = new Pattern(Pattern.DEFAULT_SEED, false);

    @Override
    protected Adapter adapter() {
        return bench;
    }

    @Override
    protected Request goodRequest() {
        return Request.of("bench", "echo", CborMap.EMPTY);
    }

    @Override
    protected byte[] goodBody() {
        return new byte[] {1, 2, 3};
    }

    private RecordedCall call(String method, CborMap arguments, byte[] body) throws IOException {
        RecordedCall call =
                new RecordedCall(
                        Request.of("bench", method, arguments),
                        RecordedCall.caller(Role.OPERATOR, SOMEBODY),
                        body);
        bench.handle(call);
        return call;
    }

    private StoqErrorCode refusal(String method, CborMap arguments, byte[] body) {
        return catchThrowableOfType(StoqException.class, () -> call(method, arguments, body))
                .code();
    }

    private static CborMap stream(long stream) {
        return CborMap.builder().put(1, stream).build();
    }

    private byte[] bytes(long stream, int length) {
        ByteBuffer all = ByteBuffer.allocate(length);
        PatternSource source = new PatternSource(pattern, stream);
        while (all.hasRemaining()) {
            all.put(source.next(all.remaining()));
        }
        return all.array();
    }

    @ParameterizedTest
    @ValueSource(strings = {"source", "sink", "echo", "usage"})
    void onlyOperatorsMayKeepTheNodeBusy(String method) {
        assertThat(bench.requiredRole(method)).isEqualTo(Role.OPERATOR);
        assertThat(bench.replaySafe(method)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 262_145, 3_000_000})
    void aSourceSendsWhatItsReaderExpects(int length) throws IOException {
        RecordedCall call =
                call(
                        "source",
                        CborMap.builder().put(1, (long) length).put(2, 7L).build(),
                        new byte[0]);

        PatternCheck check = new PatternCheck(pattern, 7);
        check.accept(ByteBuffer.wrap(call.answer()));
        assertThat(check.verified()).isEqualTo(length);
        assertThat(check.mismatch()).isEmpty();
        assertThat(call.response().orElseThrow().bodyLength()).hasValue(length);
    }

    @Test
    void aSourceOfLessThanNothingIsRefused() {
        assertThat(refusal("source", CborMap.builder().put(1, -1L).build(), new byte[0]))
                .isEqualTo(StoqErrorCode.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536, 65_537, 3_000_000})
    void aSinkCountsWhatIsRight(int length) throws IOException {
        RecordedCall call = call("sink", stream(9), bytes(9, length));

        assertThat(call.response().orElseThrow().results().integer(1)).isEqualTo(length);
    }

    @Test
    void aSinkRefusesAByteThatIsWrong() {
        byte[] sent = bytes(9, 100_000);
        sent[70_000] ^= 1;

        assertThat(refusal("sink", stream(9), sent)).isEqualTo(StoqErrorCode.INTEGRITY);
    }

    @Test
    void aSinkRefusesAnotherStream() {
        assertThat(refusal("sink", stream(8), bytes(9, 100))).isEqualTo(StoqErrorCode.INTEGRITY);
    }

    @Test
    void anEchoReturnsUpToItsLimit() throws IOException {
        byte[] most = bytes(1, BenchAdapter.MAX_ECHO_BYTES);

        assertThat(call("echo", CborMap.EMPTY, most).answer()).isEqualTo(most);
        assertThat(refusal("echo", CborMap.EMPTY, bytes(1, BenchAdapter.MAX_ECHO_BYTES + 1)))
                .isEqualTo(StoqErrorCode.TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void usageSaysWhatTheProcessTakes(long collect) throws IOException {
        CborMap usage =
                call("usage", stream(collect), new byte[0]).response().orElseThrow().results();

        assertThat(usage.integer(1)).isPositive();
        assertThat(usage.integer(2)).isGreaterThan(1 << 20);
        assertThat(usage.integer(3)).isEqualTo(Runtime.getRuntime().availableProcessors());
    }
}
