package org.stoq.client.session;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.frame.Settings;

/** What the peer allows, as its SETTINGS say once they are here. Thread-safe. */
final class PeerSettings {
    /** What every peer allows, whatever its SETTINGS will say: the lowest values of each. */
    static final Settings LEAST = new Settings(1, 1 << 10, 1 << 16);

    private final CompletableFuture<Settings> arrived = new CompletableFuture<>();

    /**
     * Begins to wait.
     *
     * @param late called on a thread of the platform if they take longer; must not block
     */
    PeerSettings(Duration patience, Runnable late) {
        arrived.orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((settings, failure) -> {
                    if (failure instanceof TimeoutException) {
                        late.run();
                    }
                });
    }

    void arrive(Settings settings) {
        arrived.complete(settings);
    }

    /** They will not come: the connection has ended. */
    void fail(StoqException reason) {
        arrived.completeExceptionally(reason);
    }

    CompletionStage<Settings> arrived() {
        return arrived.minimalCompletionStage();
    }

    Optional<Settings> now() {
        return arrived.isDone() && !arrived.isCompletedExceptionally()
                ? Optional.of(arrived.resultNow())
                : Optional.empty();
    }

    /** Waits for them as long as they may take. */
    Settings await() throws StoqException {
        try {
            return arrived.get();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException e) {
            throw reasonIn(e);
        }
    }

    /**
     * Waits for them.
     *
     * @throws StoqException DEADLINE_EXCEEDED if they take longer, or why they do not come
     */
    Settings await(Duration patience) throws StoqException {
        try {
            return arrived.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (TimeoutException e) {
            throw new StoqException(
                    StoqErrorCode.DEADLINE_EXCEEDED,
                    "the peer has not begun within %d ms".formatted(patience.toMillis()),
                    e);
        } catch (ExecutionException e) {
            throw reasonIn(e);
        }
    }

    private static StoqException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new StoqException(StoqErrorCode.CANCELLED, "interrupted while waiting", e);
    }

    private static StoqException reasonIn(ExecutionException e) {
        return e.getCause() instanceof StoqException known
                ? new StoqException(known.code(), String.valueOf(known.getMessage()), known)
                : new StoqException(
                        StoqErrorCode.SETTINGS_INVALID, "the peer sends no SETTINGS", e);
    }
}
