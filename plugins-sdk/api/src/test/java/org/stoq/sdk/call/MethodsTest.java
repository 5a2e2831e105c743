package org.stoq.sdk.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

class MethodsTest {
    private final Methods methods =
            Methods.of("zoo")
                    .add("look", Role.ANONYMOUS, call -> call.answer(animals(2)))
                    .add("feed", Role.OPERATOR, call -> call.answerBody(animals(3)))
                    .build();

    @Test
    void eachMethodAnswersItsCalls() throws IOException {
        Recording look = new Recording("look");
        methods.handle(look);
        assertThat(look.responses).singleElement().matches(r -> r.results().equals(animals(2)));
        assertThat(look.responses.getFirst().bodyLength()).hasValue(0);
        assertThat(look.body.size()).isZero();

        Recording feed = new Recording("feed");
        methods.handle(feed);
        assertThat(CborMap.decode(feed.body.toByteArray())).isEqualTo(animals(3));
        assertThat(feed.responses.getFirst().bodyLength()).hasValue(feed.body.size());
    }

    @Test
    void knowsTheRoleOfEachMethod() {
        assertThat(methods.service()).isEqualTo("zoo");
        assertThat(methods.requiredRole("look")).isEqualTo(Role.ANONYMOUS);
        assertThat(methods.requiredRole("feed")).isEqualTo(Role.OPERATOR);
    }

    @Test
    void saysThatThereIsNoSuchMethodToWhomeverMayCallAnotherOne() {
        assertThat(methods.requiredRole("dance")).isEqualTo(Role.ANONYMOUS);
        Methods closed =
                Methods.of("vault")
                        .add("open", Role.OPERATOR, call -> {})
                        .add("knock", Role.NODE, call -> {})
                        .build();
        assertThat(closed.requiredRole("dance")).isEqualTo(Role.NODE);
        assertThat(Methods.of("void").build().requiredRole("dance")).isEqualTo(Role.OPERATOR);
        StoqException refusal =
                catchThrowableOfType(
                        StoqException.class, () -> methods.handle(new Recording("dance")));
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.NOT_FOUND);
        assertThat(refusal).hasMessageContaining("zoo").hasMessageContaining("dance");
    }

    @Test
    void onlyWhatWasAddedAsAReadMayBeRepeated() {
        Methods mixed =
                Methods.of("zoo")
                        .addRead("look", Role.ANONYMOUS, call -> {})
                        .add("feed", Role.ANONYMOUS, call -> {})
                        .build();
        assertThat(mixed.replaySafe("look")).isTrue();
        assertThat(mixed.replaySafe("feed")).isFalse();
        assertThat(mixed.replaySafe("dance")).isFalse();
    }

    @Test
    void refusesTwoMethodsOfOneName() {
        Methods.Builder builder = Methods.of("zoo").add("look", Role.NODE, call -> {});
        assertThatThrownBy(() -> builder.add("look", Role.NODE, call -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.addRead("look", Role.NODE, call -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static CborMap animals(long count) {
        return CborMap.builder().put(1, count).build();
    }

    /** Keeps what is answered. */
    private static final class Recording implements Call {
        private final Request request;
        private final List<Response> responses = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();

        Recording(String method) {
            this.request = Request.of("zoo", method, CborMap.EMPTY);
        }

        @Override
        public Request request() {
            return request;
        }

        @Override
        public Caller caller() {
            return new Caller(
                    Optional.empty(),
                    Role.ANONYMOUS,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        }

        @Override
        public ReadableByteChannel body() {
            return Channels.newChannel(new ByteArrayInputStream(new byte[0]));
        }

        @Override
        public WritableByteChannel respond(Response response) {
            responses.add(response);
            return Channels.newChannel(body);
        }
    }
}
