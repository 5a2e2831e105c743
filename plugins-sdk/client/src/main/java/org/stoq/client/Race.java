package org.stoq.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.transport.QuicConnection;

/**
 * Connects to the first of several addresses that answers, as in RFC 8305 s.5: the next attempt
 * begins when the one before has failed or a while after it began, the first connection wins, and
 * all others are closed. One race; belongs to the thread that runs it, and gives each attempt a
 * thread of its own.
 */
final class Race {
    /** RFC 8305 s.8: the delay between two attempts that it recommends. */
    static final Duration STAGGER = Duration.ofMillis(250);

    /** Connects to one address; an interrupt gives up. */
    @FunctionalInterface
    interface Attempt {
        QuicConnection connect(InetSocketAddress address) throws IOException;
    }

    /** A connection and the address that it was made to. */
    record Winner(InetSocketAddress address, QuicConnection connection) {}

    /** How an attempt has ended: with a winner, or with a failure. */
    private record Outcome(
            InetSocketAddress address,
            Optional<QuicConnection> connection,
            Optional<Exception> failure) {
        Outcome(InetSocketAddress address, QuicConnection connection) {
            this(address, Optional.of(connection), Optional.empty());
        }

        Outcome(InetSocketAddress address, Exception failure) {
            this(address, Optional.empty(), Optional.of(failure));
        }
    }

    /** An address and what was wrong with it. */
    private record Failure(InetSocketAddress address, StoqException reason) {}

    private final Attempt attempt;
    private final Duration stagger;
    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private final List<Thread> running = new ArrayList<>();

    /** Set when there is a winner or nobody waits for one any more. */
    private final AtomicBoolean over = new AtomicBoolean();

    /**
     * Prepares a race.
     *
     * @param stagger how long an attempt has the field for itself
     */
    Race(Attempt attempt, Duration stagger) {
        this.attempt = attempt;
        this.stagger = stagger;
    }

    /**
     * Runs it. Blocks; an interrupt gives up.
     *
     * @param addresses in the order in which they are tried, at least one
     * @throws StoqException what the attempts failed with, naming each address
     */
    Winner run(List<InetSocketAddress> addresses) throws StoqException {
        List<Failure> failures = new ArrayList<>();
        try {
            int begun = 0;
            while (failures.size() < addresses.size()) {
                if (begun < addresses.size()) {
                    begin(addresses.get(begun++));
                }
                boolean allBegun = begun == addresses.size();
                Outcome outcome =
                        allBegun
                                ? outcomes.take()
                                : outcomes.poll(stagger.toNanos(), TimeUnit.NANOSECONDS);
                while (outcome != null) {
                    if (outcome.connection.isPresent()) {
                        return new Winner(outcome.address, outcome.connection.get());
                    }
                    failures.add(new Failure(outcome.address, reasonOf(outcome)));
                    outcome = outcomes.poll();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while connecting", e);
        } finally {
            end();
        }
        throw summary(failures);
    }

    private void begin(InetSocketAddress address) {
        running.add(
                Thread.ofVirtual()
                        .name("stoq-connect-" + HostPort.of(address))
                        .start(() -> report(address)));
    }

    private void report(InetSocketAddress address) {
        try {
            outcomes.add(new Outcome(address, attempt.connect(address)));
        } catch (IOException | RuntimeException | LinkageError e) {
            Exception failure = e instanceof Exception known ? known : new IOException(e);
            outcomes.add(new Outcome(address, failure));
        }
        if (over.get()) {
            closeLosers();
        }
    }

    private void end() {
        over.set(true);
        running.forEach(Thread::interrupt);
        closeLosers();
    }

    /** Closes what has come in late: by its own thread, or by the one that ended the race. */
    private void closeLosers() {
        Outcome late = outcomes.poll();
        while (late != null) {
            late.connection.ifPresent(QuicConnection::close);
            late = outcomes.poll();
        }
    }

    /** Returns why an attempt has failed; what nobody expects is a defect, and thrown at once. */
    private static StoqException reasonOf(Outcome outcome) {
        Exception failure = outcome.failure.orElseThrow();
        if (failure instanceof RuntimeException defect) {
            throw defect;
        }
        return failure instanceof StoqException known
                ? known
                : new StoqException(StoqErrorCode.INTERNAL, String.valueOf(failure), failure);
    }

    private static StoqException summary(List<Failure> failures) {
        StoqException last = failures.getLast().reason;
        if (failures.size() == 1) {
            return last;
        }
        String reasons =
                failures.stream()
                        .map(failure ->
                                "%s (%s)"
                                        .formatted(
                                                HostPort.of(failure.address),
                                                failure.reason.getMessage()))
                        .collect(Collectors.joining(", "));
        return new StoqException(last.code(), "no address answers: " + reasons, last);
    }
}
