package org.stoq.client.session;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Caller;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameHeader;
import org.stoq.sdk.frame.FrameType;
import org.stoq.sdk.frame.GoAwayFrame;
import org.stoq.sdk.frame.PingFrame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.frame.RouteUpdateFrame;
import org.stoq.sdk.frame.RstStreamFrame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.WindowUpdateFrame;
import org.stoq.sdk.transport.QuicConnection;
import org.stoq.sdk.transport.QuicStream;

/**
 * STOQ on one QUIC connection. Both sides are alike: each may call, push and announce.
 *
 * <p>Longer than others, because everything that ends a connection meets here; what needs no such
 * view is in the classes beside it.
 *
 * <p>Threads, all of them virtual: each stream of the peer has its own, and what the handler is
 * told, what comes on the control stream, and a PING have one while that lasts. Any thread may call
 * the public methods.
 */
public final class Session implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Session.class.getName());

    /** How long a stream lets more urgent ones go first, for each frame. */
    private static final Duration MAX_WAIT = Duration.ofMillis(20);

    private final QuicConnection connection;
    private final SessionOptions options;
    private final SessionHandler handler;
    private final PeerIdentity identity;
    private final PeerSettings peerSettings;
    private final ControlStream control;
    private final RoundTrip roundTrip;
    private final Turnstile turnstile = new Turnstile(MAX_WAIT);
    private final Events events;
    private final CompletableFuture<StoqException> end;
    private final Outgoing outgoing;
    private final StreamTable streams = new StreamTable();
    private final HeadRoom heads;

    /** Whether the peer's control stream is there: a second one is a violation. */
    private final AtomicBoolean controlled = new AtomicBoolean();

    /** Set by the reader of the control stream, read by everybody. */
    private volatile @Nullable StoqException peerLeaving;

    /** Whether the connection is needed without streams; set by any thread. */
    private volatile boolean alwaysNeeded;

    private Session(QuicConnection connection, SessionOptions options, SessionHandler handler)
            throws IOException {
        this.connection = connection;
        this.options = options;
        this.handler = handler;
        this.alwaysNeeded = options.alwaysNeeded();
        this.heads = new HeadRoom(options.settings().maxHeaderBytes(), options.defaultDeadline());
        this.identity = PeerIdentity.of(connection);
        this.peerSettings =
                new PeerSettings(
                        options.defaultDeadline(),
                        () -> connection.close(StoqErrorCode.CONTROL_STREAM, "no SETTINGS came"));
        this.roundTrip = new RoundTrip(options.initialRtt());
        this.end = connection.closed().toCompletableFuture();
        this.control =
                ControlStream.open(
                        connection,
                        options.settings(),
                        reason -> close(reason.code(), String.valueOf(reason.getMessage())),
                        options.defaultDeadline());
        this.events = new Events(this, handler);
        this.outgoing = new Outgoing(this, identity, peerSettings);
    }

    /**
     * Begins to speak STOQ on a connection. Its handshake may be going on: until it has finished
     * the peer is nobody in particular, and gets answers to what {@link SessionHandler#replaySafe}
     * lets pass.
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
        connection.onStream(session::take);
        session.peerSettings.arrived().thenRun(session.keepAlive()::begin);
        session.identity.proven().whenComplete((caller, failure) -> session.identified(failure));
        session.peerSettings
                .arrived()
                .thenAcceptBoth(
                        session.identity.proven(), (settings, caller) -> session.events.opened());
        session.end.thenAccept(session::ended);
        return session;
    }

    /**
     * Returns who the peer is, as the handshake has proved it: anonymous before that. Does not
     * block.
     */
    public Caller peer() {
        return identity.caller();
    }

    /**
     * Returns a stage that completes with who the peer is when the handshake has finished, and
     * fails if it does not, or if the peer's certificate names nobody.
     */
    public CompletionStage<Caller> identified() {
        return identity.proven();
    }

    /** Returns the connection below. */
    public QuicConnection connection() {
        return connection;
    }

    /**
     * Returns the smoothed round trip of PING frames; the initial one before the first has
     * returned.
     */
    public Duration roundTrip() {
        return roundTrip.smoothed();
    }

    /** Returns whether calls can be made. */
    public boolean isOpen() {
        return connection.isOpen() && peerLeaving == null && !streams.leaving();
    }

    /** Returns how many calls, streams and pushes are under way, of both sides. */
    public int streamsUnderWay() {
        return streams.underWay();
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
     * Makes a call that only reads, without a body. Other than {@link #call} it does not wait for
     * the handshake, so where an earlier connection has left a ticket it goes out as early data
     * (0-RTT). Somebody who records it can have it answered again, unseen by us: so this is for
     * methods that change nothing.
     *
     * @throws StoqException as {@link OutgoingCall#reply}
     */
    public Reply read(Request request) throws IOException {
        return outgoing.begin(request, Turnstile.Priority.DEFAULT_URGENCY, true).reply();
    }

    /**
     * Begins a call whose body the caller will write. Waits for the handshake, and while the peer
     * gives no room for one more stream; the deadline holds for the first, and from the second on.
     *
     * @param urgency how soon the peer's answer is wanted beside others, 0 (first) to 7 (RFC 9218)
     * @throws StoqException GOING_AWAY if the peer takes no more calls, TOO_LARGE if it takes no
     *     arguments of this size, DEADLINE_EXCEEDED, or why the connection ended
     */
    public OutgoingCall begin(Request request, int urgency) throws IOException {
        return outgoing.begin(request, urgency, false);
    }

    /**
     * Opens a stream without a call. Waits for the handshake, and while the peer gives no room for
     * one more.
     */
    public RawStream openStream() throws IOException {
        return outgoing.openStream();
    }

    /**
     * Sends a datagram (RFC 9221): at most once, in any order, apart from all streams. Waits for
     * the handshake, then does not block.
     *
     * @throws StoqException TOO_LARGE, UNSUPPORTED, or why the connection ended
     */
    public void sendDatagram(ByteBuffer bytes) throws IOException {
        identity.await(options.defaultDeadline());
        connection.sendDatagram(bytes);
    }

    /**
     * Moves this end to another local address and shows the peer the way with a PING. Streams go
     * on.
     *
     * @throws StoqException UNSUPPORTED on a server's end
     */
    public void migrate(InetSocketAddress local) throws IOException {
        connection.migrate(local);
        control.send(new PingFrame(false, roundTrip.start(System.nanoTime())));
    }

    /**
     * Pushes an object on a stream of its own. Blocks until its bytes are handed over, for the
     * default deadline at most.
     *
     * @return false if the peer is known not to want it; of a small object nobody may know that yet
     * @throws StoqException DEADLINE_EXCEEDED, what the peer refuses with, or why the connection
     *     ended
     */
    public boolean push(PushPromise promise, ByteBuffer body) throws IOException {
        return outgoing.push(promise, body);
    }

    /**
     * Tells the peer on the control stream that nothing more of a stream will be read. STOP_SENDING
     * says so too, but an engine may not show that to a writer that waits for credit.
     */
    void tellGivenUp(FrameStream stream, StoqErrorCode code) {
        try {
            control.send(new RstStreamFrame(stream.id(), code.wireCode()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.TRACE, "the peer is gone, and needs no RST_STREAM", e);
        }
    }

    FrameStream openFrames(boolean bidirectional) throws IOException {
        FrameStream stream =
                new FrameStream(connection.openStream(bidirectional), false, this::giveUp);
        streams.outgoingBegins();
        return stream;
    }

    /**
     * Sends a frame on the control stream; blocks while that is full. Announcements wait for the
     * handshake.
     */
    public void send(Frame frame) throws IOException {
        if (frame instanceof ChunkAnnounceFrame || frame instanceof RouteUpdateFrame) {
            identity.await(options.defaultDeadline());
        }
        control.send(frame);
    }

    /** Tells the peer to begin nothing more here (GOAWAY); what is under way goes on. */
    public void goAway() throws IOException {
        control.send(new GoAwayFrame(streams.leave(), StoqErrorCode.NO_ERROR.wireCode()));
    }

    /**
     * Waits for what the peer has under way, after {@link #goAway}.
     *
     * @return whether it ended in time
     */
    public boolean drain(Duration patience) throws InterruptedException {
        try {
            CompletableFuture.anyOf(streams.idle().toCompletableFuture(), end)
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        }
    }

    /** Keeps the connection alive from now on, whether streams are open or not. */
    public void needAlways() {
        alwaysNeeded = true;
    }

    /** Ends the connection; the peer learns the code and the reason. */
    public void close(StoqErrorCode code, String reason) {
        connection.close(code, reason);
    }

    @Override
    public void close() {
        close(StoqErrorCode.NO_ERROR, "");
    }

    void refuseIfLeaving() throws StoqException {
        StoqException reason = peerLeaving;
        if (reason != null || streams.leaving()) {
            throw new StoqException(
                    StoqErrorCode.GOING_AWAY,
                    reason != null ? "the peer takes no more calls" : "this side is going away");
        }
    }

    /** The handshake is over; what has gone wrong elsewhere has ended the connection already. */
    private void identified(@Nullable Throwable failure) {
        if (failure instanceof StoqException && connection.isOpen()) {
            giveUp(failure);
        }
    }

    private void ended(StoqException reason) {
        peerSettings.fail(reason);
        streams.ended(reason);
        heads.end();
        events.closed(reason);
    }

    /** Ends the connection, because the peer has broken the protocol or something failed here. */
    private void giveUp(Throwable failure) {
        if (failure instanceof StoqException known) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "closing the connection with {0}: {1}",
                    peer().describe(),
                    known.getMessage());
            connection.close(known.code(), String.valueOf(known.getMessage()));
        } else {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "the connection with " + peer().describe() + " failed",
                    failure);
            connection.close(StoqErrorCode.INTERNAL, "");
        }
    }

    private void take(QuicStream stream) {
        Thread.ofVirtual()
                .name("stoq-stream-" + stream.id())
                .start(() -> serve(new FrameStream(stream, false, this::giveUp)));
    }

    /** Serves a stream of the peer. What breaks the protocol has ended the connection by itself. */
    private void serve(FrameStream stream) {
        try (Deadline head =
                Deadline.in(
                        options.defaultDeadline(),
                        () -> stream.abort(StoqErrorCode.DEADLINE_EXCEEDED))) {
            FrameHeader first = stream.nextOfAnyKind();
            if (first == null) {
                throw stream.violation(StoqErrorCode.PROTOCOL_VIOLATION, "a stream of nothing");
            }
            if (first.type().onControlStream()) {
                head.stop();
                readControl(stream, first);
                return;
            }
            stream.requireAboutThis(first);
            streams.incomingBegins(stream.id());
            try {
                new Incoming(this, handler, stream, head).serve(first);
            } finally {
                streams.incomingEnds(stream.id());
            }
        } catch (StoqException e) {
            stream.abort(e.code());
        } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
            stream.abort(StoqErrorCode.INTERNAL);
            LOG.log(System.Logger.Level.ERROR, "stream " + stream.id() + " failed", e);
        }
    }

    /** Codes of a broken protocol; the rest concern one call or stream. */
    static boolean endsConnection(StoqErrorCode code) {
        return code.wireCode() >= StoqErrorCode.PROTOCOL_VIOLATION.wireCode();
    }

    private void readControl(FrameStream stream, FrameHeader first) {
        if (stream.bidirectional()) {
            giveUp(
                    new StoqException(
                            StoqErrorCode.PROTOCOL_VIOLATION,
                            first.type() + " on a stream for calls"));
        } else if (controlled.compareAndSet(false, true)) {
            new ControlLoop(stream.asControl(), new FromPeer(), this::giveUp).begin(first);
        } else {
            giveUp(new StoqException(StoqErrorCode.CONTROL_STREAM, "a second control stream"));
        }
    }

    /** What the peer's control frames do here. */
    private final class FromPeer implements ControlReader.Target {
        private int frameBytes;

        @Override
        public void next(FrameHeader header) throws StoqException {
            frameBytes = header.length();
            if (header.type() == FrameType.CHUNK_ANNOUNCE
                    || header.type() == FrameType.ROUTE_UPDATE) {
                events.makeRoom(frameBytes);
            }
        }

        @Override
        public void settings(Settings settings) {
            peerSettings.arrive(settings);
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
            streams.addCredit(streamId, bytes);
        }

        @Override
        public void priority(long streamId, int urgency, boolean incremental) {
            streams.setPriority(new Turnstile.Priority(urgency, incremental, streamId));
        }

        @Override
        public void givenUp(long streamId, StoqErrorCode code) {
            streams.givenUp(streamId, code);
        }

        @Override
        public void goAway(StoqException reason) {
            peerLeaving = reason;
        }

        @Override
        public void announced(Frame frame) throws StoqException {
            // The reader of the control stream stands still here, and with it the peer.
            identity.await(options.defaultDeadline());
            events.announced(frame, frameBytes);
        }
    }

    private KeepAlive keepAlive() {
        return new KeepAlive(
                control,
                roundTrip,
                options.keepAlive(),
                () -> alwaysNeeded || streams.underWay() > 0,
                end);
    }

    BodyReader reader(FrameStream stream) {
        return new BodyReader(
                stream,
                options.settings().initialCreditBytes(),
                bytes -> control.send(new WindowUpdateFrame(stream.id(), bytes)));
    }

    BodyWriter writer(FrameStream stream, Settings settings, Runnable atEnd) {
        BodyWriter writer =
                new BodyWriter(
                        stream,
                        new Credit(settings.initialCreditBytes()),
                        turnstile,
                        () -> streams.priority(stream.id()),
                        atEnd);
        streams.add(stream.id(), writer);
        return writer;
    }

    /** Makes the writer of the answer on a stream that the peer has opened. */
    BodyWriter answerWriter(FrameStream stream) throws StoqException {
        return writer(stream, peerSettings.await(), () -> {});
    }

    SessionOptions options() {
        return options;
    }

    StreamTable streams() {
        return streams;
    }

    HeadRoom heads() {
        return heads;
    }

    PeerIdentity identity() {
        return identity;
    }

    int maxHeaderBytesOfPeer() throws StoqException {
        return peerSettings.await().maxHeaderBytes();
    }
}
