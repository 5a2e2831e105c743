package org.stoq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stoq.client.session.SessionHandler;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.transport.QuicConnection;

/** Which of several addresses wins, and what becomes of the others. */
class RaceTest extends EarlyNetwork {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(5);

    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final Queue<Integer> begun = new ConcurrentLinkedQueue<>();
    private final Queue<QuicConnection> made = new ConcurrentLinkedQueue<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private final CountDownLatch gaveUp = new CountDownLatch(1);

    @Override
    protected SessionHandler handler() {
        return SessionHandler.NONE;
    }

    @BeforeEach
    void nameAddresses() {
        for (int port = 1; port <= 3; port++) {
            addresses.add(new InetSocketAddress(InetAddress.ofLiteral("::1"), port));
        }
    }

    /** What an address does when it is tried. */
    @FunctionalInterface
    private interface Answer {
        QuicConnection get() throws IOException;
    }

    private Race.Winner race(Duration stagger, Answer... answers) throws StoqException {
        Race race =
                new Race(
                        address -> {
                            begun.add(address.getPort());
                            return answers[address.getPort() - 1].get();
                        },
                        stagger);
        return race.run(addresses.subList(0, answers.length));
    }

    private QuicConnection good() throws IOException {
        QuicConnection connection = connect();
        made.add(connection);
        return connection;
    }

    private static QuicConnection bad() throws StoqException {
        throw new StoqException(StoqErrorCode.CONNECTION_LOST, "nobody there");
    }

    private QuicConnection silent() throws StoqException {
        try {
            never.await();
            throw new IllegalStateException("nothing wakes this");
        } catch (InterruptedException e) {
            gaveUp.countDown();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
        }
    }

    @Test
    void theFirstOneHasTheFieldForItselfForAWhile() throws Exception {
        Race.Winner winner = race(LONG, this::good, this::good);
        assertThat(winner.address()).isEqualTo(addresses.get(0));
        assertThat(winner.connection().isOpen()).isTrue();
        assertThat(begun).containsExactly(1);
    }

    @Test
    void afterAFailureTheNextOneBeginsAtOnce() throws Exception {
        Race.Winner winner = race(LONG, RaceTest::bad, RaceTest::bad, this::good);
        assertThat(winner.address()).isEqualTo(addresses.get(2));
        assertThat(begun).containsExactly(1, 2, 3);
    }

    @Test
    void whoDoesNotAnswerIsPassedAndGivenUpWhenAnotherOneWins() throws Exception {
        Race.Winner winner = race(SHORT, this::silent, this::good);
        assertThat(winner.address()).isEqualTo(addresses.get(1));
        assertThat(gaveUp.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whoComesLateIsClosed() throws Exception {
        CountDownLatch won = new CountDownLatch(1);
        Answer late =
                () -> {
                    boolean interrupted = false;
                    while (won.getCount() > 0) {
                        try {
                            won.await();
                        } catch (InterruptedException e) {
                            // One that does not listen.
                            interrupted = true;
                        }
                    }
                    QuicConnection connection = good();
                    if (interrupted) {
                        Thread.currentThread().interrupt();
                    }
                    return connection;
                };
        QuicConnection winner = race(SHORT, late, this::good).connection();
        won.countDown();
        while (made.size() < 2) {
            Thread.onSpinWait();
        }
        for (QuicConnection connection : made) {
            if (!connection.localAddress().equals(winner.localAddress())) {
                connection.closed().toCompletableFuture().get(10, TimeUnit.SECONDS);
            }
        }
        assertThat(winner.isOpen()).isTrue();
    }

    @Test
    void whenNobodyAnswersEveryAddressIsNamed() {
        StoqException failure =
                catchThrowableOfType(
                        StoqException.class,
                        () -> race(LONG, RaceTest::bad, RaceTest::bad, RaceTest::bad));
        assertThat(failure.code()).isEqualTo(StoqErrorCode.CONNECTION_LOST);
        assertThat(failure)
                .hasMessage(
                        "no address answers: [::1]:1 (nobody there), [::1]:2 (nobody there),"
                                + " [::1]:3 (nobody there)");
    }

    @Test
    void anInterruptEndsItAndEveryAttempt() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        FutureTask<StoqErrorCode> racing =
                new FutureTask<>(() -> {
                    Answer waiting =
                            () -> {
                                began.countDown();
                                return silent();
                            };
                    StoqException failure =
                            catchThrowableOfType(
                                    StoqException.class, () -> race(LONG, waiting, waiting));
                    return failure.code();
                });
        Thread thread = Thread.ofVirtual().start(racing);
        began.await();
        thread.interrupt();
        assertThat(racing.get(10, TimeUnit.SECONDS)).isEqualTo(StoqErrorCode.CANCELLED);
        assertThat(gaveUp.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aMistakeOfTheCallerStaysOne() {
        Answer mistake =
                () -> {
                    throw new IllegalArgumentException("no IPv6 address");
                };
        assertThatIllegalArgumentException().isThrownBy(() -> race(LONG, mistake, this::good));
    }
}
