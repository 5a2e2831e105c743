package org.stoq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoq.client.session.SessionHandler;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;

/** Names with several addresses, and what early data is worth there. */
class ConnectorTest extends EarlyNetwork {
    private static final InetSocketAddress NOBODY =
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 9);
    private static final HostPort NAME = HostPort.parse("[::1]:4433");
    private static final Duration LONG = Duration.ofMinutes(10);

    private final List<InetSocketAddress> addresses = new ArrayList<>();

    /** The addresses that were tried, in order. */
    private final Queue<InetSocketAddress> tried = new ConcurrentLinkedQueue<>();

    /** Notes who is called, and calls. */
    private final class Noting implements Transport {
        private final Transport engine = network.transport("client");

        @Override
        public String name() {
            return engine.name();
        }

        @Override
        public QuicListener listen(
                InetSocketAddress local, QuicOptions options, Credentials credentials)
                throws IOException {
            return engine.listen(local, options, credentials);
        }

        @Override
        public QuicConnection connect(
                InetSocketAddress remote,
                String serverName,
                QuicOptions options,
                Credentials credentials,
                Duration timeout)
                throws IOException {
            tried.add(remote);
            return engine.connect(remote, serverName, options, credentials, timeout);
        }
    }

    @Override
    protected SessionHandler handler() {
        return SessionHandler.NONE;
    }

    @BeforeEach
    void nameAddresses() {
        addresses.add(NOBODY);
        addresses.add(listener.localAddress());
    }

    private Connector connector(Duration timeout) {
        return new Connector(
                new Noting(),
                client.credentials(false),
                EARLY,
                timeout,
                target -> List.copyOf(addresses),
                LONG);
    }

    @Test
    void theAddressThatHasAnsweredComesFirstNextTime() throws Exception {
        Connector connector = connector(Duration.ofSeconds(10));
        connector.connect(NAME).handshake().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(tried).containsExactly(NOBODY, listener.localAddress());
        tried.clear();
        connector.connect(NAME);
        assertThat(tried).containsExactly(listener.localAddress());
    }

    @Test
    void onlyAnAddressThatHasAnsweredIsBelievedBeforeItsHandshake() throws Exception {
        Connector connector = connector(Duration.ofSeconds(10));
        network.holdHandshakes();
        FutureTask<QuicConnection> first = new FutureTask<>(() -> connector.connect(NAME));
        Thread.ofVirtual().start(first);
        // There is a ticket, so bytes could be sent; but it is not known that somebody is there.
        accepted.take();
        assertThat(first).isNotDone();
        network.releaseHandshakes();
        first.get(10, TimeUnit.SECONDS);

        network.holdHandshakes();
        QuicConnection second = connector.connect(NAME);
        assertThat(second.handshake().toCompletableFuture()).isNotDone();
    }

    @Test
    void theOnlyAddressIsBelieved() throws Exception {
        addresses.removeFirst();
        network.holdHandshakes();
        QuicConnection early = connector(Duration.ofSeconds(10)).connect(NAME);
        assertThat(early.handshake().toCompletableFuture()).isNotDone();
    }

    @Test
    void whoWasBelievedAndDoesNotAnswerIsNotBelievedAgain() throws Exception {
        Connector connector = connector(Duration.ofMillis(50));
        connector.connect(NAME).handshake().toCompletableFuture().get(10, TimeUnit.SECONDS);
        network.holdHandshakes();
        QuicConnection deaf = connector.connect(NAME);

        StoqException reason = deaf.closed().toCompletableFuture().get(10, TimeUnit.SECONDS);

        assertThat(reason.code()).isEqualTo(StoqErrorCode.CONNECTION_LOST);
        assertThat(reason).hasMessageContaining("no answer within 50 ms");
        tried.clear();
        StoqException failure =
                catchThrowableOfType(StoqException.class, () -> connector.connect(NAME));
        assertThat(failure.code()).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        assertThat(failure)
                .hasMessageContaining("[::1]:9 (")
                .hasMessageContaining(HostPort.of(listener.localAddress()) + " (");
        assertThat(tried).containsExactly(NOBODY, listener.localAddress());
    }

    @Test
    void aNameWithoutAddressesSaysSo() {
        Connector lost =
                new Connector(
                        network.transport("client"),
                        client.credentials(false),
                        EARLY,
                        LONG,
                        target -> {
                            throw new StoqException(StoqErrorCode.NOT_FOUND, "no such host");
                        },
                        LONG);
        StoqException failure = catchThrowableOfType(StoqException.class, () -> lost.connect(NAME));
        assertThat(failure.code()).isEqualTo(StoqErrorCode.NOT_FOUND);
    }
}
