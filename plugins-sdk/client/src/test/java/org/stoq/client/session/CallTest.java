package org.stoq.client.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.client.RealNetwork;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.testkit.SeededBytes;

class CallTest extends RealNetwork {
    private static final CborMap ARGUMENTS = CborMap.builder().put(1, "hello").build();
    private static final Request ECHO = Request.of("test", "echo", ARGUMENTS);

    @Test
    void aCallWithoutBodyIsAnswered() throws Exception {
        Sessions sessions = sessions(new EchoHandler());

        try (Reply reply = sessions.client().call(ECHO)) {
            assertThat(reply.response().results()).isEqualTo(ARGUMENTS);
            assertThat(readAll(reply.body())).isEmpty();
        }
    }

    @Test
    void bothSidesCallEachOther() throws Exception {
        Sessions sessions = sessions(OPTIONS, new EchoHandler(), OPTIONS, new EchoHandler());

        for (Session caller : new Session[] {sessions.client(), sessions.server()}) {
            assertThat(echo(caller, SeededBytes.random(1, 100_000))).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CREDIT - 1, CREDIT, CREDIT + 1, 10 << 20})
    void bodiesOfEverySizeComeBack(int size) throws Exception {
        Sessions sessions = sessions(new EchoHandler());

        assertThat(echo(sessions.client(), SeededBytes.random(size, size))).isTrue();
    }

    @Test
    void manyCallsRunAtOnce() throws Exception {
        Sessions sessions = sessions(new EchoHandler());
        FutureTask<?>[] calls = new FutureTask<?>[200];
        for (int i = 0; i < calls.length; i++) {
            byte[] body = SeededBytes.random(i, 20_000);
            calls[i] = start(() -> echo(sessions.client(), body));
        }

        for (FutureTask<?> call : calls) {
            assertThat(call.get()).isEqualTo(true);
        }
    }

    @Test
    void aHandlerLearnsWhoCalls() throws Exception {
        FutureTask<Call> seen = new FutureTask<>(() -> null);
        class Answer extends EchoHandler {
            @Override
            public void call(Session session, Call call) throws IOException {
                assertThat(call.caller().role()).isEqualTo(Role.NODE);
                assertThat(call.caller().id()).contains(client.identity().id());
                seen.run();
                super.call(session, call);
            }
        }
        Sessions sessions = sessions(new Answer());

        sessions.client().call(ECHO).close();

        assertThat(seen.isDone()).isTrue();
        assertThat(sessions.client().peer().id()).contains(server.identity().id());
    }

    @Test
    void aPeerWithoutCertificateIsAnonymous() throws Exception {
        Connections connections = connections(anonymous());
        Session session = Session.open(connections.server(), OPTIONS, SessionHandler.NONE);

        assertThat(session.peer().role()).isEqualTo(Role.ANONYMOUS);
        assertThat(session.peer().id()).isEmpty();
    }

    @Test
    void aRefusalArrivesWithItsNameAndReason() throws Exception {
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void call(Session session, Call call) throws IOException {
                                throw new StoqException(StoqErrorCode.NOT_FOUND, "no such thing");
                            }
                        });

        StoqException refusal =
                catchThrowableOfType(StoqException.class, () -> sessions.client().call(ECHO));

        assertThat(refusal.code()).isEqualTo(StoqErrorCode.NOT_FOUND);
        assertThat(refusal).hasMessage("no such thing");
        assertThat(sessions.client().isOpen()).isTrue();
    }

    @Test
    void aFailureElsewhereDoesNotEndTheCallersConnection() throws Exception {
        // The handler has asked a third node, and that one has broken the protocol.
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void call(Session session, Call call) throws IOException {
                                if (call.request().method().equals("echo")) {
                                    throw new StoqException(
                                            StoqErrorCode.PROTOCOL_VIOLATION, "elsewhere");
                                }
                                call.respond(Response.ok()).close();
                            }
                        });

        assertThat(codeOf(() -> sessions.client().call(ECHO)))
                .isEqualTo(StoqErrorCode.PROTOCOL_VIOLATION);
        sessions.client().call(Request.of("test", "other", CborMap.EMPTY)).close();
        assertThat(sessions.client().isOpen()).isTrue();
    }

    @Test
    void aDefectOfTheHandlerIsInternalAndTellsNothing() throws Exception {
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void call(Session session, Call call) {
                                throw new IllegalStateException("a secret");
                            }
                        });

        StoqException failure =
                catchThrowableOfType(StoqException.class, () -> sessions.client().call(ECHO));

        assertThat(failure.code()).isEqualTo(StoqErrorCode.INTERNAL);
        assertThat(failure.getMessage()).doesNotContain("secret");
    }

    @Test
    void whoAnswersNoCallsSaysSo() throws Exception {
        Sessions sessions = sessions(SessionHandler.NONE);

        assertThat(codeOf(() -> sessions.client().call(ECHO))).isEqualTo(StoqErrorCode.UNSUPPORTED);
    }

    @Test
    void aHandlerMayAnswerWithoutReadingTheBody() throws Exception {
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void call(Session session, Call call) throws IOException {
                                call.respond(Response.ok(ARGUMENTS).withBody(0)).close();
                            }
                        });
        try (OutgoingCall call = sessions.client().begin(ECHO, 3)) {
            call.body().write(ByteBuffer.allocate(10 * CREDIT));
            try (Reply reply = call.reply()) {
                assertThat(reply.response().results()).isEqualTo(ARGUMENTS);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void aBodyOfAnotherLengthThanAnnouncedIsRefused(int difference) throws Exception {
        Sessions sessions = sessions(new EchoHandler());
        Request request = ECHO.withBody(1_000);

        assertThat(
                        codeOf(() -> {
                            try (OutgoingCall call = sessions.client().begin(request, 3)) {
                                call.body().write(ByteBuffer.allocate(1_000 + difference));
                                readAll(call.reply().body());
                            }
                        }))
                .isEqualTo(StoqErrorCode.INVALID_REQUEST);
    }

    @Test
    void anAnswerShorterThanAnnouncedIsNotTakenForWhole() throws Exception {
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void call(Session session, Call call) throws IOException {
                                call.respond(Response.ok().withBody(10)).close();
                            }
                        });

        assertThat(codeOf(() -> readAll(sessions.client().call(ECHO).body())))
                .isEqualTo(StoqErrorCode.INVALID_REQUEST);
    }

    @Test
    void argumentsThatThePeerDoesNotTakeAreRefusedHere() throws Exception {
        Sessions sessions = sessions(new EchoHandler());
        int overhead = Request.of("test", "echo", text(20_000)).encode().length - 20_000;
        int fits = OPTIONS.settings().maxHeaderBytes() - overhead - 2;

        sessions.client().call(Request.of("test", "echo", text(fits - 100))).close();
        assertThat(codeOf(() -> sessions.client().call(Request.of("test", "echo", text(fits + 1)))))
                .isEqualTo(StoqErrorCode.TOO_LARGE);
        assertThat(sessions.client().isOpen()).isTrue();
    }

    @Test
    void resultsThatTheCallerDoesNotTakeAreAnErrorAndNotABrokenConnection() throws Exception {
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void call(Session session, Call call) throws IOException {
                                call.respond(Response.ok(text(20_000)));
                            }
                        });

        assertThat(codeOf(() -> sessions.client().call(ECHO))).isEqualTo(StoqErrorCode.TOO_LARGE);
        assertThat(sessions.client().isOpen()).isTrue();
    }

    @Test
    void aLongReasonIsCut() throws Exception {
        Sessions sessions =
                sessions(
                        new SessionHandler() {
                            @Override
                            public void call(Session session, Call call) throws IOException {
                                throw new StoqException(
                                        StoqErrorCode.CONFLICT, "x".repeat(100_000));
                            }
                        });

        StoqException refusal =
                catchThrowableOfType(StoqException.class, () -> sessions.client().call(ECHO));
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.CONFLICT);
        assertThat(refusal.getMessage()).hasSize(256);
    }

    private static CborMap text(int length) {
        return CborMap.builder().put(1, "x".repeat(length)).build();
    }

    private static boolean echo(Session caller, byte[] body) throws IOException {
        Request request = ECHO.withBody(body.length);
        try (OutgoingCall call = caller.begin(request, 3)) {
            call.body().write(ByteBuffer.wrap(body));
            try (Reply reply = call.reply()) {
                return Digest.of(readAll(reply.body())).equals(Digest.of(body));
            }
        }
    }
}
