package org.stoq.client;

import java.io.IOException;
import java.time.Duration;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;

/**
 * Makes a call again where that does no harm and may help, a few times, with growing pauses, within
 * the caller's deadline.
 *
 * <p>A read is made again after everything that says that a connection or a server is not there at
 * the moment. A request with an idempotency key is made again only when it was surely not carried
 * out: no connection came about, or the server says so on a connection that is still there. All
 * other requests are made once.
 */
final class Retries {
    /** Gives connections. */
    @FunctionalInterface
    interface Source {
        /**
         * Returns a connection.
         *
         * @param patience how long that may take
         */
        StoqConnection connection(Duration patience) throws StoqException;
    }

    /** One attempt. */
    @FunctionalInterface
    interface Attempt {
        Reply on(StoqConnection connection, Request request) throws IOException;
    }

    private final Source source;
    private final int maxAttempts;
    private final Backoff backoff;
    private final Timing timing;

    Retries(Source source, int maxAttempts, Backoff backoff, Timing timing) {
        this.source = source;
        this.maxAttempts = maxAttempts;
        this.backoff = backoff;
        this.timing = timing;
    }

    /**
     * Makes a call that only reads.
     *
     * @param limit for all attempts together
     */
    Reply read(Request request, Duration limit, Attempt attempt) throws IOException {
        return run(request, limit, attempt, true, maxAttempts);
    }

    /** Makes any other call; again only if it has an idempotency key. */
    Reply call(Request request, Duration limit, Attempt attempt) throws IOException {
        int attempts = request.idempotencyKey().isPresent() ? maxAttempts : 1;
        return run(request, limit, attempt, false, attempts);
    }

    private Reply run(Request request, Duration limit, Attempt attempt, boolean read, int attempts)
            throws IOException {
        long endNanos = timing.nanoTime().getAsLong() + limit.toNanos();
        for (int made = 1; ; made++) {
            StoqException failure;
            boolean again;
            try {
                StoqConnection connection = source.connection(left(endNanos));
                try {
                    return attempt.on(connection, request.within(left(endNanos)));
                } catch (StoqException e) {
                    failure = e;
                    boolean there = connection.session().connection().isOpen();
                    again = read ? mayHelp(e.code(), there) : wasNotDone(e.code(), there);
                }
            } catch (StoqException e) {
                failure = e;
                again = mayComeUp(e.code());
            }
            Duration pause = backoff.pause(made, timing.random());
            if (!again || made >= attempts || pause.compareTo(left(endNanos)) >= 0) {
                throw failure;
            }
            timing.pause().of(pause);
        }
    }

    /** Returns what is left; a millisecond at least, which ends what is late by itself. */
    private Duration left(long endNanos) {
        long nanos = endNanos - timing.nanoTime().getAsLong();
        return Duration.ofNanos(Math.max(nanos, 1_000_000));
    }

    /** Whether another attempt at connecting may succeed where one has failed. */
    private static boolean mayComeUp(StoqErrorCode code) {
        return switch (code) {
            case CONNECTION_LOST, CONNECTION_LIMIT, UNAVAILABLE, DEADLINE_EXCEEDED, GOING_AWAY ->
                    true;
            default -> false;
        };
    }

    private static boolean mayHelp(StoqErrorCode code, boolean connectionIsThere) {
        return switch (code) {
            case CONNECTION_LOST, CONNECTION_LIMIT, UNAVAILABLE, GOING_AWAY -> true;
            // An orderly end of the connection in the middle of a call.
            case NO_ERROR -> !connectionIsThere;
            default -> false;
        };
    }

    private static boolean wasNotDone(StoqErrorCode code, boolean connectionIsThere) {
        return connectionIsThere
                && (code == StoqErrorCode.UNAVAILABLE || code == StoqErrorCode.GOING_AWAY);
    }
}
