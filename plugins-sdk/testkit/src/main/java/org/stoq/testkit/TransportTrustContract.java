package org.stoq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.QuicStream;
import org.stoq.sdk.transport.Transport;

/**
 * Who is let in by a {@link Transport}, and by which words others are refused: certificates and
 * application protocols. A part of {@link TransportContract}.
 */
abstract class TransportTrustContract extends TransportExtrasContract {
    /** Returns credentials of an authority that {@link #trusted} does not know. */
    protected abstract Credentials stranger();

    /** Returns credentials of the known authority that have expired. */
    protected abstract Credentials expired();

    @Test
    protected void bothSidesSeeTheOthersCertificate() throws Exception {
        QuicListener listener = listen(trusted(false));
        QuicConnection client = connect(listener, trusted(false), "::1");
        assertThat(client.peerCertificates().getFirst())
                .isEqualTo(trusted(false).chain().getFirst());
        assertThat(listener.accept().peerCertificates().getFirst())
                .isEqualTo(trusted(false).chain().getFirst());
    }

    @Test
    protected void refusesAServerOfAnotherAuthority() throws Exception {
        QuicListener listener = listen(stranger());
        StoqException refusal = refusal(listener, trusted(false), "::1");
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.CERTIFICATE_REFUSED);
        assertThat(refusal).hasMessageContaining("not trusted");
        countsOneFailedHandshake(listener);
    }

    @Test
    protected void refusesACertificateThatHasExpired() throws Exception {
        QuicListener listener = listen(expired());
        StoqException refusal = refusal(listener, trusted(false), "::1");
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.CERTIFICATE_REFUSED);
        assertThat(refusal).hasMessageContaining("valid from");
    }

    @Test
    protected void refusesACertificateForAnotherName() throws Exception {
        QuicListener listener = listen(trusted(false));
        StoqException refusal = refusal(listener, trusted(false), "elsewhere.example");
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.CERTIFICATE_REFUSED);
        assertThat(refusal).hasMessageContaining("elsewhere.example");
    }

    @Test
    protected void refusesAClientOfAnotherAuthorityAndOneWithoutCertificate() throws Exception {
        QuicListener listener = listen(trusted(false));
        Credentials roots = trusted(false);
        Credentials wrongClient =
                new Credentials(stranger().chain(), stranger().key(), roots.authorities(), false);
        for (Credentials client :
                List.of(wrongClient, Credentials.anonymous(roots.authorities()))) {
            assertThat(codeOf(() -> connectAndWaitForTheEnd(listener, client)))
                    .isEqualTo(StoqErrorCode.CERTIFICATE_REFUSED);
        }
        assertThat(listener.failedHandshakes()).isEqualTo(2);
    }

    @Test
    protected void letsAnonymousClientsInWhereThatIsAllowed() throws Exception {
        QuicListener listener = listen(trusted(true));
        Credentials anonymous = Credentials.anonymous(trusted(true).authorities());
        QuicConnection client = connect(listener, anonymous, "::1");
        QuicConnection server = listener.accept();
        assertThat(server.peerCertificates()).isEmpty();
        assertThat(client.peerCertificates()).isNotEmpty();
    }

    @Test
    protected void aRenewedListenerShowsItsNewCertificateAndKeepsItsConnections() throws Exception {
        Credentials first =
                new Credentials(
                        stranger().chain(), stranger().key(), trusted(false).authorities(), true);
        QuicListener listener = listen(first);
        // Somebody who believes the first certificate only.
        Credentials before = Credentials.anonymous(stranger().authorities());
        QuicConnection old = connect(listener, before, "::1");
        QuicConnection oldServer = listener.accept();
        listener.renew(trusted(true));
        QuicConnection fresh = connect(listener, trusted(false), "::1");
        assertThat(fresh.peerCertificates().getFirst()).isEqualTo(trusted(true).chain().getFirst());
        assertThat(listener.accept().peerCertificates().getFirst())
                .isEqualTo(trusted(false).chain().getFirst());
        QuicStream stream = old.openStream(false);
        stream.finish(ByteBuffer.allocate(1_000));
        readAll(oldServer.acceptStream(), 1_000);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> listener.renew(Credentials.anonymous(List.of())));
    }

    @Test
    protected void aListenerNeedsACertificate() {
        Credentials anonymous = Credentials.anonymous(trusted(true).authorities());
        assertThatIllegalArgumentException().isThrownBy(() -> listen(anonymous));
    }

    @Test
    protected void aProtocolThatBothKnowIsEnoughAndWithoutOneTheClientIsRefused() throws Exception {
        QuicListener listener =
                track(transport().listen(ANY_PORT, speaks("b", "a"), trusted(false)));
        QuicConnection shared = connect(listener, speaks("c", "a"));
        assertThat(listener.accept().isOpen()).isTrue();
        assertThat(shared.isOpen()).isTrue();

        StoqException refusal =
                catchThrowableOfType(
                        StoqException.class, () -> connect(listener, speaks("c", "d")));

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.UNSUPPORTED);
        assertThat(refusal).hasMessageContaining("application protocols");
        countsOneFailedHandshake(listener);
    }

    /** A client may know of its refusal before the listener does. */
    private static void countsOneFailedHandshake(QuicListener listener) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        while (listener.failedHandshakes() == 0) {
            assertThat(never.await(10, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(listener.failedHandshakes()).isEqualTo(1);
    }

    private QuicOptions speaks(String... protocols) {
        return options().toBuilder().protocols(List.of(protocols)).build();
    }

    final QuicListener listen(Credentials credentials) throws IOException {
        return track(transport().listen(ANY_PORT, options(), credentials));
    }

    final QuicConnection connect(QuicListener listener, Credentials credentials, String name)
            throws IOException {
        return track(
                transport()
                        .connect(listener.localAddress(), name, options(), credentials, PATIENCE));
    }

    final void connectAndWaitForTheEnd(QuicListener listener, Credentials credentials)
            throws IOException {
        connect(listener, credentials, "::1").acceptStream();
    }

    private StoqException refusal(QuicListener listener, Credentials credentials, String name) {
        StoqException refusal =
                catchThrowableOfType(
                        StoqException.class, () -> connect(listener, credentials, name));
        assertThat(refusal).isNotNull();
        return refusal;
    }
}
