package org.stoq.client.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.frame.PriorityFrame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.frame.PushPromiseFrame;
import org.stoq.sdk.frame.Settings;

/**
 * What this side begins on a session: calls, bare streams and pushes. Any thread.
 *
 * <p>A read goes out at once, as early data if need be (decision 4): it waits neither for the
 * handshake nor for the peer's SETTINGS, and keeps to the least that those may say. Everything else
 * waits for both.
 */
final class Outgoing {
    private final Session session;
    private final PeerIdentity identity;
    private final PeerSettings peerSettings;

    Outgoing(Session session, PeerIdentity identity, PeerSettings peerSettings) {
        this.session = session;
        this.identity = identity;
        this.peerSettings = peerSettings;
    }

    /** Begins a call; its deadline counts from now on. */
    OutgoingCall begin(Request request, int urgency, boolean read) throws IOException {
        long beganNanos = System.nanoTime();
        Duration limit =
                request.deadline().isZero()
                        ? session.options().defaultDeadline()
                        : request.deadline();
        byte[] header = request.within(limit).encode();
        Optional<Settings> known = peerSettings.now();
        // A read has no body, so the least of credit is enough for it too.
        Settings settings = known.orElse(PeerSettings.LEAST);
        Duration left = limit;
        if (read
                ? known.isEmpty() && header.length > settings.maxHeaderBytes()
                : known.isEmpty() || !identity.isProven()) {
            if (!read) {
                identity.await(limit);
            }
            settings = peerSettings.await(left(limit, beganNanos));
            left = left(limit, beganNanos);
            header = request.within(left).encode();
        }
        session.refuseIfLeaving();
        HeaderBlocks.requireSize(header, settings.maxHeaderBytes());
        FrameStream stream = session.openFrames(true);
        BodyWriter writer =
                session.writer(stream, settings, () -> session.streams().forget(stream.id()));
        OutgoingCall call =
                new OutgoingCall(
                        stream,
                        writer,
                        session.reader(stream),
                        session.options().settings().maxHeaderBytes(),
                        session.heads(),
                        left,
                        code -> session.tellGivenUp(stream, code),
                        session.streams()::outgoingEnds);
        try {
            if (urgency != Turnstile.Priority.DEFAULT_URGENCY) {
                session.send(new PriorityFrame(stream.id(), urgency, true));
            }
            HeaderBlocks.write(stream, header, settings.maxHeaderBytes());
        } catch (IOException e) {
            call.close();
            throw e;
        }
        call.start();
        return call;
    }

    /** Returns what is left of a limit, a millisecond at least. */
    private static Duration left(Duration limit, long beganNanos) {
        Duration left = limit.minusNanos(System.nanoTime() - beganNanos);
        return left.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : left;
    }

    private Settings awaitPeer() throws StoqException {
        identity.await(session.options().defaultDeadline());
        Settings settings = peerSettings.await();
        session.refuseIfLeaving();
        return settings;
    }

    RawStream openStream() throws IOException {
        Settings settings = awaitPeer();
        FrameStream stream = session.openFrames(true);
        BodyWriter writer =
                session.writer(stream, settings, () -> session.streams().forget(stream.id()));
        RawStream raw =
                new RawStream(
                        stream,
                        session.reader(stream),
                        writer,
                        code -> session.tellGivenUp(stream, code));
        raw.closed().thenRun(session.streams()::outgoingEnds);
        return raw;
    }

    boolean push(PushPromise promise, ByteBuffer body) throws IOException {
        Settings settings = awaitPeer();
        FrameStream stream = session.openFrames(false);
        BodyWriter writer = session.writer(stream, settings, () -> over(stream));
        try (var _ =
                Deadline.in(
                        session.options().defaultDeadline(),
                        () -> writer.abort(StoqErrorCode.DEADLINE_EXCEEDED))) {
            stream.write(new PushPromiseFrame(stream.id(), promise));
            writer.write(body);
            writer.close();
            return true;
        } catch (StoqException e) {
            writer.abort(e.code());
            if (e.code() == StoqErrorCode.CANCELLED && !Thread.currentThread().isInterrupted()) {
                return false;
            }
            throw e;
        }
    }

    private void over(FrameStream stream) {
        session.streams().forget(stream.id());
        session.streams().outgoingEnds();
    }
}
