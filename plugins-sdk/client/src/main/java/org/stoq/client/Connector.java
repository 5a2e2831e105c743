package org.stoq.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.transport.Credentials;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicOptions;
import org.stoq.sdk.transport.Transport;

/**
 * Opens QUIC connections to servers by their names. Thread-safe; everything blocks.
 *
 * <p>With early data a connection may be handed out before the server has answered at all. So of
 * several addresses only the one that has answered last time is believed in that way; any other
 * must finish its handshake to win.
 */
final class Connector {
    /** How many servers' last addresses are remembered. */
    private static final int MOST_REMEMBERED = 256;

    private final Transport transport;
    private final Credentials credentials;
    private final QuicOptions quic;
    private final Duration timeout;
    private final Resolver resolver;
    private final Duration stagger;
    private final ReentrantLock lock = new ReentrantLock();

    /** The address that has answered last; the longest unused first; guarded by the lock. */
    private final Map<HostPort, InetSocketAddress> answered =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<HostPort, InetSocketAddress> eldest) {
                    return size() > MOST_REMEMBERED;
                }
            };

    /** Finds the addresses of a name. */
    @FunctionalInterface
    interface Resolver {
        List<InetSocketAddress> resolve(HostPort target) throws StoqException;
    }

    /**
     * Creates a connector.
     *
     * @param timeout for each handshake
     * @param stagger how long an address is tried alone
     */
    Connector(
            Transport transport,
            Credentials credentials,
            QuicOptions quic,
            Duration timeout,
            Resolver resolver,
            Duration stagger) {
        this.transport = transport;
        this.credentials = credentials;
        this.quic = quic;
        this.timeout = timeout;
        this.resolver = resolver;
        this.stagger = stagger;
    }

    /**
     * Connects to the first address of a server that answers.
     *
     * @throws StoqException NOT_FOUND or INVALID_REQUEST if the name has no address, else what the
     *     attempts failed with
     */
    QuicConnection connect(HostPort target) throws IOException {
        List<InetSocketAddress> addresses = new ArrayList<>(resolver.resolve(target));
        Optional<InetSocketAddress> known = lastAnswered(target).filter(addresses::remove);
        known.ifPresent(addresses::addFirst);
        Optional<InetSocketAddress> believed =
                addresses.size() == 1 ? Optional.of(addresses.getFirst()) : known;
        if (addresses.size() == 1) {
            return attempt(target, addresses.getFirst(), believed);
        }
        Race race = new Race(address -> attempt(target, address, believed), stagger);
        Race.Winner winner = race.run(addresses);
        winner.connection().handshake().thenRun(() -> remember(target, winner.address()));
        return winner.connection();
    }

    private QuicConnection attempt(
            HostPort target, InetSocketAddress address, Optional<InetSocketAddress> believed)
            throws IOException {
        QuicConnection connection =
                transport.connect(address, target.host(), quic, credentials, timeout);
        CompletableFuture<Void> handshake = connection.handshake().toCompletableFuture();
        if (handshake.isDone()) {
            return connection;
        }
        if (believed.equals(Optional.of(address))) {
            limit(connection, handshake, target);
            return connection;
        }
        await(connection, handshake);
        return connection;
    }

    /** Ends a connection on which nobody has answered in time. */
    private void limit(
            QuicConnection connection, CompletableFuture<Void> handshake, HostPort target) {
        handshake
                .copy()
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((finished, failure) -> {
                    if (failure instanceof TimeoutException) {
                        forget(target);
                        connection.close(StoqErrorCode.CONNECTION_LOST, noAnswer());
                    }
                });
        connection
                .closed()
                .thenRun(() -> {
                    if (!handshake.isDone()) {
                        forget(target);
                    }
                });
    }

    private void await(QuicConnection connection, CompletableFuture<Void> handshake)
            throws StoqException {
        try {
            CompletableFuture.anyOf(handshake, connection.closed().toCompletableFuture())
                    .get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (!handshake.isDone()) {
                StoqException reason = connection.closed().toCompletableFuture().join();
                throw new StoqException(reason.code(), String.valueOf(reason.getMessage()), reason);
            }
        } catch (InterruptedException e) {
            connection.close();
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while connecting", e);
        } catch (TimeoutException | ExecutionException e) {
            connection.close();
            throw new StoqException(StoqErrorCode.DEADLINE_EXCEEDED, noAnswer(), e);
        }
    }

    private String noAnswer() {
        return "no answer within %d ms; is a node listening there?".formatted(timeout.toMillis());
    }

    private Optional<InetSocketAddress> lastAnswered(HostPort target) {
        lock.lock();
        try {
            return Optional.ofNullable(answered.get(target));
        } finally {
            lock.unlock();
        }
    }

    private void remember(HostPort target, InetSocketAddress address) {
        lock.lock();
        try {
            answered.put(target, address);
        } finally {
            lock.unlock();
        }
    }

    private void forget(HostPort target) {
        lock.lock();
        try {
            answered.remove(target);
        } finally {
            lock.unlock();
        }
    }
}
