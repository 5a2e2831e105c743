package org.stoq.client.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.PeerCertificate;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.FrameType;
import org.stoq.sdk.frame.GoAwayFrame;
import org.stoq.sdk.frame.PingFrame;
import org.stoq.sdk.frame.PriorityFrame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.frame.PushPromiseFrame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.WindowUpdateFrame;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicStream;

/**
 * STOQ on one QUIC connection. Both sides are alike: each may call, push and announce.
 *
 * <p>Threads, all of them virtual: one accepts streams, one reads the peer's control stream, one
 * tells the handler what was announced, one pings; each incoming stream has its own. Any thread may
 * call the public methods.
 */
public final class Session implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Session.class.getName());

    private final QuicConnection connection;
    private final SessionOptions options;
    private final SessionHandler handler;
    private final Caller peer;
    private final ControlStream control;
    private final RoundTrip roundTrip;
    private final Turnstile turnstile = new Turnstile();
    private final Events events;
    private final CompletableFuture<StoqException> end;
    private final CompletableFuture<Settings> peerSettings = new CompletableFuture<>();

    /** Credit of bodies on their way out, and what the peer has said of their urgency. */
    private final Map<Long, Credit> credits = new ConcurrentHashMap<>();

    private final Map<Long, Turnstile.Priority> priorities = new ConcurrentHashMap<>();
    private final AtomicInteger incoming = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong lastIncoming = new AtomicLong();
    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private volatile boolean leaving;
    private volatile @Nullable StoqException peerLeaving;

    private Session(QuicConnection connection, SessionOptions options, SessionHandler handler)
            throws IOException {
        this.connection = connection;
        this.options = options;
        this.handler = handler;
        Optional<PeerCertificate> certificate =
                PeerCertificate.of(connection.peerCertificates());
        this.peer =
                new Caller(
                        certificate.map(PeerCertificate::id),
                        certificate.map(PeerCertificate::role).orElse(Role.ANONYMOUS),
                        connection.remoteAddress());
        this.roundTrip = new RoundTrip(options.initialRtt());
        this.end = connection.closed().toCompletableFuture();
        this.control = ControlStream.open(connection, options.settings());
        this.events = new Events(this, handler);
    }

    /**
     * Begins to speak STOQ on a connection.
     *
     * @throws StoqException CERTIFICATE_REFUSED if the peer's certificate names nobody, or why the
     *     connection ended
     */
    public static Session open(
            QuicConnection connection, SessionOptions options, SessionHandler handler)
            throws IOException {
        Session session;
        try {
            session = new Session(connection, options, handler);
        } catch (StoqException e) {
            connection.close(e.code(), String.valueOf(e.getMessage()));
            throw e;
        }
        String name = "stoq-session-" + connection.remoteAddress().getPort();
        Thread.ofVirtual().name(name + "-accept").start(session::acceptStreams);
        Thread.ofVirtual().name(name + "-ping").start(session::keepAlive);
        session.peerSettings
                .orTimeout(options.defaultDeadline().toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((settings, failure) -> session.settingsArrived(failure));
        session.end.thenAccept(session::ended);
        return session;
    }

    /** Returns who the peer is, as the handshake has proved it. */
    public Caller peer() {
        return peer;
    }

    /** Returns the connection below. */
    public QuicConnection connection() {
        return connection;
    }

    /** Returns the smoothed round trip of PING frames; the initial one before the first has returned. */
    public Duration roundTrip() {
        return roundTrip.smoothed();
    }

    /** Returns whether calls can be made. */
    public boolean isOpen() {
        return connection.isOpen() && peerLeaving == null && !leaving;
    }

    /** Returns a stage that completes with the reason when the connection has ended. */
    public CompletionStage<StoqException> closed() {
        return connection.closed();
    }

    /**
     * Makes a call without a body. Blocks until the head of the answer is there.
     *
     * @throws StoqException as {@link OutgoingCall#reply}
     */
    public Reply call(Request request) throws IOException {
        return begin(request, Turnstile.Priority.DEFAULT_URGENCY).reply();
    }

    /**
     * Begins a call whose body the caller will write.
     *
     * @param urgency how soon the peer's answer is wanted beside others, 0 (first) to 7 (RFC 9218)
     * @throws StoqException GOING_AWAY if the peer takes no more calls, or why the connection ended
     */
    public OutgoingCall begin(Request request, int urgency) throws IOException {
        Settings settings = awaitSettings();
        refuseIfLeaving();
        FrameStream stream = new FrameStream(connection.openStream(true), false);
        open.incrementAndGet();
        Duration limit =
                request.deadline().isZero() ? options.defaultDeadline() : request.deadline();
        Credit credit = new Credit(settings.initialCreditBytes());
        credits.put(stream.id(), credit);
        OutgoingCall call =
                new OutgoingCall(
                        stream,
                        writer(stream, credit, () -> forget(stream.id())),
                        reader(stream),
                        credit,
                        options.settings().maxHeaderBytes(),
                        limit,
                        open::decrementAndGet);
        try {
            if (urgency != Turnstile.Priority.DEFAULT_URGENCY) {
                control.send(new PriorityFrame(stream.id(), urgency, true));
            }
            HeaderBlocks.write(
                    stream, request.within(limit).encode(), settings.maxHeaderBytes());
        } catch (IOException e) {
            call.close();
            throw e;
        }
        call.start();
        return call;
    }

    /** Opens a stream without a call. */
    public RawStream openStream() throws IOException {
        Settings settings = awaitSettings();
        refuseIfLeaving();
        FrameStream stream = new FrameStream(connection.openStream(true), false);
        open.incrementAndGet();
        Credit credit = new Credit(settings.initialCreditBytes());
        credits.put(stream.id(), credit);
        BodyWriter writer = writer(stream, credit, () -> forget(stream.id()));
        RawStream raw = new RawStream(stream, reader(stream), writer);
        raw.closed().thenRun(open::decrementAndGet);
        return raw;
    }

    /**
     * Pushes an object on a stream of its own. Blocks until its bytes are handed over.
     *
     * @return false if the peer did not want it
     */
    public boolean push(PushPromise promise, ByteBuffer body) throws IOException {
        Settings settings = awaitSettings();
        refuseIfLeaving();
        FrameStream stream = new FrameStream(connection.openStream(false), false);
        open.incrementAndGet();
        Credit credit = new Credit(settings.initialCreditBytes());
        credits.put(stream.id(), credit);
        BodyWriter writer = writer(stream, credit, () -> outgoingOver(stream));
        try {
            stream.write(new PushPromiseFrame(stream.id(), promise));
            writer.write(body);
            writer.close();
            return true;
        } catch (StoqException e) {
            writer.abort(e.code());
            if (e.code() == StoqErrorCode.CANCELLED) {
                return false;
            }
            throw e;
        }
    }

    /** Sends a frame on the control stream; blocks while that is full. */
    public void send(Frame frame) throws IOException {
        control.send(frame);
    }

    /** Tells the peer to begin nothing more here (GOAWAY); what is under way goes on. */
    public void goAway() throws IOException {
        leaving = true;
        control.send(new GoAwayFrame(lastIncoming.get(), StoqErrorCode.NO_ERROR.wireCode()));
        if (incoming.get() == 0) {
            idle.complete(null);
        }
    }

    /**
     * Waits for what the peer has under way, after {@link #goAway}.
     *
     * @return whether it ended in time
     */
    public boolean drain(Duration patience) throws InterruptedException {
        try {
            CompletableFuture.anyOf(idle, end)
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        }
    }

    /** Ends the connection; the peer learns the code and the reason. */
    public void close(StoqErrorCode code, String reason) {
        connection.close(code, reason);
    }

    @Override
    public void close() {
        close(StoqErrorCode.NO_ERROR, "");
    }

    private void refuseIfLeaving() throws StoqException {
        StoqException reason = peerLeaving;
        if (reason != null || leaving) {
            throw new StoqException(
                    StoqErrorCode.GOING_AWAY,
                    reason != null ? "the peer takes no more calls" : "this side is going away");
        }
    }

    private Settings awaitSettings() throws StoqException {
        try {
            return peerSettings.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoqException(StoqErrorCode.CANCELLED, "interrupted while waiting", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoqException known
                    ? new StoqException(known.code(), String.valueOf(known.getMessage()), known)
                    : new StoqException(
                            StoqErrorCode.SETTINGS_INVALID, "the peer sends no SETTINGS", e);
        }
    }

    private void settingsArrived(@Nullable Throwable failure) {
        if (failure instanceof TimeoutException) {
            connection.close(StoqErrorCode.CONTROL_STREAM, "no SETTINGS came");
        } else if (failure == null) {
            events.opened();
        }
    }

    private void ended(StoqException reason) {
        peerSettings.completeExceptionally(reason);
        credits.values().forEach(credit -> credit.end(reason));
        events.closed(reason);
    }

    /** Ends the connection, because the peer has broken the protocol or something failed here. */
    private void giveUp(Throwable failure) {
        if (failure instanceof StoqException known) {
            if (known.code() != StoqErrorCode.CONNECTION_LOST
                    && known.code() != StoqErrorCode.NO_ERROR) {
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "closing the connection with {0}: {1}",
                        peer.describe(),
                        known.getMessage());
            }
            connection.close(known.code(), String.valueOf(known.getMessage()));
        } else {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "the connection with " + peer.describe() + " failed",
                    failure);
            connection.close(StoqErrorCode.INTERNAL, "");
        }
    }

    private void acceptStreams() {
        try {
            while (true) {
                QuicStream stream = connection.acceptStream();
                Thread.ofVirtual()
                        .name("stoq-stream-" + stream.id())
                        .start(() -> serve(new FrameStream(stream, false)));
            }
        } catch (IOException | RuntimeException e) {
            if (connection.isOpen()) {
                giveUp(e);
            }
        }
    }

    private void serve(FrameStream stream) {
        try {
            FrameHeader first = stream.nextOfAnyKind();
            if (first == null) {
                throw new StoqException(StoqErrorCode.PROTOCOL_VIOLATION, "a stream of nothing");
            }
            if (first.type() == FrameType.SETTINGS) {
                readControl(stream.asControl(), first);
                return;
            }
            if (first.streamId() != stream.id()) {
                throw new StoqException(
                        StoqErrorCode.STREAM_MISMATCH,
                        "%s about stream %d on stream %d"
                                .formatted(first.type(), first.streamId(), stream.id()));
            }
            if (leaving) {
                stream.abort(StoqErrorCode.GOING_AWAY);
                return;
            }
            begun(stream);
            try {
                new Incoming(this, handler, stream).serve(first);
            } finally {
                over(stream);
            }
        } catch (StoqException e) {
            stream.abort(e.code());
            if (endsConnection(e.code())) {
                giveUp(e);
            }
        } catch (IOException | RuntimeException e) {
            stream.abort(StoqErrorCode.INTERNAL);
            LOG.log(System.Logger.Level.ERROR, "stream " + stream.id() + " failed", e);
        }
    }

    /** Codes of a broken protocol end the connection; an ended connection needs nothing more. */
    static boolean endsConnection(StoqErrorCode code) {
        return code.wireCode() >= StoqErrorCode.PROTOCOL_VIOLATION.wireCode()
                && code != StoqErrorCode.GOING_AWAY
                && code != StoqErrorCode.CONNECTION_LOST;
    }

    private void begun(FrameStream stream) {
        incoming.incrementAndGet();
        lastIncoming.accumulateAndGet(stream.id(), Math::max);
    }

    private void over(FrameStream stream) {
        forget(stream.id());
        if (incoming.decrementAndGet() == 0 && leaving) {
            idle.complete(null);
        }
    }

    private void forget(long streamId) {
        credits.remove(streamId);
        priorities.remove(streamId);
    }

    /** Reads the peer's control stream until the connection ends. */
    private void readControl(FrameStream stream, FrameHeader first) throws IOException {
        if (stream.bidirectional() || peerSettings.isDone()) {
            throw new StoqException(StoqErrorCode.CONTROL_STREAM, "a second control stream");
        }
        ControlReader reader = new ControlReader(new FromPeer());
        FrameHeader next = first;
        while (next != null) {
            reader.take(stream.read(next), System.nanoTime());
            next = stream.next();
        }
        throw new StoqException(StoqErrorCode.CONTROL_STREAM, "the control stream was ended");
    }

    /** What the peer's control frames do here. */
    private final class FromPeer implements ControlReader.Target {
        @Override
        public void settings(Settings settings) {
            peerSettings.complete(settings);
        }

        @Override
        public void reply(Frame frame) throws IOException {
            control.send(frame);
        }

        @Override
        public void pong(long number, long nowNanos) {
            roundTrip.acknowledged(number, nowNanos);
        }

        @Override
        public void credit(long streamId, long bytes) {
            Credit credit = credits.get(streamId);
            if (credit != null) {
                credit.add(bytes);
            }
        }

        @Override
        public void priority(long streamId, int urgency, boolean incremental) {
            // It may come before the stream it is about, and must not pile up after it.
            if (priorities.size() >= ControlReader.MAX_PRIORITIES) {
                priorities.clear();
            }
            priorities.put(streamId, new Turnstile.Priority(urgency, incremental, streamId));
        }

        @Override
        public void goAway(StoqException reason) {
            peerLeaving = reason;
        }

        @Override
        public void announced(Frame frame) throws StoqException {
            events.announced(frame);
        }
    }

    private void keepAlive() {
        Duration pause = options.keepAlive();
        try {
            awaitSettings();
            ping();
            while (!pause.isZero() && lastsFor(pause)) {
                if (options.alwaysNeeded() || open.get() + incoming.get() > 0) {
                    ping();
                }
            }
        } catch (IOException e) {
            // The connection has ended, and everybody else has heard of it.
            LOG.log(System.Logger.Level.TRACE, "no more pings", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ping() throws IOException {
        control.send(new PingFrame(false, roundTrip.start(System.nanoTime())));
    }

    /** Waits, and returns whether the connection is still there afterwards. */
    private boolean lastsFor(Duration pause) throws InterruptedException {
        try {
            end.get(pause.toMillis(), TimeUnit.MILLISECONDS);
            return false;
        } catch (TimeoutException e) {
            return true;
        } catch (ExecutionException e) {
            return false;
        }
    }

    BodyReader reader(FrameStream stream) {
        return new BodyReader(
                stream,
                options.settings().initialCreditBytes(),
                bytes -> control.send(new WindowUpdateFrame(stream.id(), bytes)));
    }

    /** Makes the writer of a stream that this side has opened. */
    private BodyWriter writer(FrameStream stream, Credit credit, Runnable atEnd) {
        return new BodyWriter(stream, credit, turnstile, () -> priority(stream), atEnd);
    }

    private void outgoingOver(FrameStream stream) {
        forget(stream.id());
        open.decrementAndGet();
    }

    /** Makes the writer of the answer on a stream that the peer has opened. */
    BodyWriter answerWriter(FrameStream stream) throws StoqException {
        Credit credit = new Credit(awaitSettings().initialCreditBytes());
        credits.put(stream.id(), credit);
        return new BodyWriter(stream, credit, turnstile, () -> priority(stream), () -> {});
    }

    RawStream rawAnswer(FrameStream stream, BodyReader reader) throws StoqException {
        return new RawStream(stream, reader, answerWriter(stream));
    }

    private Turnstile.Priority priority(FrameStream stream) {
        Turnstile.Priority told = priorities.get(stream.id());
        return told != null ? told : Turnstile.Priority.of(stream.id());
    }

    SessionOptions options() {
        return options;
    }

    int maxHeaderBytesOfPeer() throws StoqException {
        return awaitSettings().maxHeaderBytes();
    }
}
