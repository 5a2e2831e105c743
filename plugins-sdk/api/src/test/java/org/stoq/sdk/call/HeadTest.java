package org.stoq.sdk.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/** Heads of calls and answers with numbers that nobody can mean. */
class HeadTest {
    private static final int DEADLINE = 5;
    private static final int BODY_LENGTH = 7;

    private static CborMap.Builder request() {
        return CborMap.builder().put(1, "content").put(2, "get");
    }

    private static CborMap.Builder response() {
        return CborMap.builder().put(10, 0);
    }

    @Test
    void theLeastAndTheMostAreTaken() throws Exception {
        byte[] head = request().put(DEADLINE, Long.MAX_VALUE).put(BODY_LENGTH, 0).build().encode();

        Request read = Request.decode(head);

        assertThat(read.deadline()).isEqualTo(Duration.ofMillis(Long.MAX_VALUE));
        assertThat(read.bodyLength()).hasValue(0);
        byte[] answer = response().put(BODY_LENGTH, Long.MAX_VALUE).build().encode();
        assertThat(Response.decode(answer).bodyLength()).hasValue(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE})
    void whatIsNegativeIsRefused(long number) {
        assertRefused(() -> Request.decode(request().put(DEADLINE, number).build().encode()));
        assertRefused(() -> Request.decode(request().put(BODY_LENGTH, number).build().encode()));
        assertRefused(() -> Response.decode(response().put(BODY_LENGTH, number).build().encode()));
    }

    private static void assertRefused(ThrowingCallable reading) {
        StoqException refusal = catchThrowableOfType(StoqException.class, reading);
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.INVALID_REQUEST);
    }
}
