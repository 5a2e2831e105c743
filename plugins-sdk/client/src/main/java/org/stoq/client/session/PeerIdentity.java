package org.stoq.client.session;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.PeerCertificate;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.transport.QuicConnection;

/**
 * Who the peer is: nobody in particular until the handshake has finished, whatever it says before
 * that, for early data may be the replay of somebody who has recorded it. Thread-safe.
 */
final class PeerIdentity {
    private final QuicConnection connection;
    private final CompletableFuture<Caller> proven = new CompletableFuture<>();

    private PeerIdentity(QuicConnection connection) {
        this.connection = connection;
    }

    /**
     * Waits for the handshake in the background, where it is not over.
     *
     * @throws StoqException CERTIFICATE_REFUSED if it is over and the certificate names nobody
     */
    static PeerIdentity of(QuicConnection connection) throws StoqException {
        PeerIdentity identity = new PeerIdentity(connection);
        connection.handshake().whenComplete((finished, failure) -> identity.handshakeOver(failure));
        connection.closed().thenAccept(identity.proven::completeExceptionally);
        if (identity.proven.isCompletedExceptionally()) {
            throw reasonIn(identity.proven.exceptionNow());
        }
        return identity;
    }

    private void handshakeOver(@Nullable Throwable failure) {
        try {
            if (failure != null) {
                throw reasonIn(failure);
            }
            Optional<PeerCertificate> shown = PeerCertificate.of(connection.peerCertificates());
            proven.complete(
                    new Caller(
                            shown.map(PeerCertificate::id),
                            shown.map(PeerCertificate::role).orElse(Role.ANONYMOUS),
                            connection.remoteAddress()));
        } catch (StoqException e) {
            proven.completeExceptionally(e);
        }
    }

    private static StoqException reasonIn(Throwable failure) {
        return failure instanceof StoqException known
                ? new StoqException(known.code(), String.valueOf(known.getMessage()), known)
                : new StoqException(StoqErrorCode.INTERNAL, String.valueOf(failure), failure);
    }

    /** Returns whether the handshake has finished, and with it all doubt. */
    boolean isProven() {
        return proven.isDone() && !proven.isCompletedExceptionally();
    }

    /**
     * Returns a stage that completes with the handshake, or fails with a certificate that names
     * nobody, or with the reason why the connection ended before.
     */
    CompletionStage<Caller> proven() {
        return proven.minimalCompletionStage();
    }

    /** Returns who may be held responsible by now: an anonymous peer before the handshake. */
    Caller caller() {
        return isProven()
                ? proven.resultNow()
                : new Caller(Optional.empty(), Role.ANONYMOUS, connection.remoteAddress());
    }

    /**
     * Waits for the handshake.
     *
     * @throws StoqException DEADLINE_EXCEEDED if it takes longer, CANCELLED at an interrupt, else
     *     why there is none
     */
    Caller await(Duration patience) throws StoqException {
        try {
            return proven.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while waiting", e);
        } catch (TimeoutException e) {
            throw new StoqException(
                    StoqErrorCode.DEADLINE_EXCEEDED,
                    "the handshake has not finished within %d ms".formatted(patience.toMillis()),
                    e);
        } catch (ExecutionException e) {
            throw reasonIn(e.getCause() == null ? e : e.getCause());
        }
    }
}
