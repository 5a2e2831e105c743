package org.stoq.client.session;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** The streams of one session: how many there are, their credit, and their urgency. Thread-safe. */
final class StreamTable {
    /** Most streams that have not begun and of which the peer has told something. */
    static final int MAX_REMEMBERED = 256;

    /** Bodies on their way out. */
    private final Map<Long, BodyWriter> writers = new ConcurrentHashMap<>();

    /** What the peer has said of the urgency of bodies on their way out. */
    private final Map<Long, Turnstile.Priority> priorities = new ConcurrentHashMap<>();

    /** The threads that serve the peer's streams, to be interrupted when it gives up or is gone. */
    private final Map<Long, Thread> serving = new ConcurrentHashMap<>();

    /** What the peer has given up before it was seen here, for RST_STREAM travels on its own. */
    private final Map<Long, StoqErrorCode> givenUp = new ConcurrentHashMap<>();

    private final AtomicInteger incoming = new AtomicInteger();
    private final AtomicInteger outgoing = new AtomicInteger();
    private final AtomicLong lastIncoming = new AtomicLong();
    private final CompletableFuture<Void> idle = new CompletableFuture<>();

    /** Read by every stream that begins, written once; the counter before it orders the two. */
    private volatile boolean leaving;

    private volatile @Nullable StoqException end;

    /**
     * Counts a stream that the peer has opened and this thread serves.
     *
     * @throws StoqException GOING_AWAY if it comes too late, or the code that the peer has given it
     *     up with; it is not counted then
     */
    void incomingBegins(long streamId) throws StoqException {
        incoming.incrementAndGet();
        serving.put(streamId, Thread.currentThread());
        try {
            if (leaving) {
                throw new StoqException(StoqErrorCode.GOING_AWAY, "nothing more begins here");
            }
            requireWanted(streamId);
        } catch (StoqException e) {
            incomingEnds(streamId);
            throw e;
        }
        lastIncoming.accumulateAndGet(streamId, Math::max);
        if (end != null) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Requires that the peer has not given a stream up since it began.
     *
     * @throws StoqException the code that the peer has given it up with
     */
    void requireWanted(long streamId) throws StoqException {
        StoqErrorCode code = givenUp.get(streamId);
        if (code != null) {
            throw reason(code);
        }
    }

    void incomingEnds(long streamId) {
        serving.remove(streamId);
        givenUp.remove(streamId);
        forget(streamId);
        if (incoming.decrementAndGet() == 0 && leaving) {
            idle.complete(null);
        }
    }

    void outgoingBegins() {
        outgoing.incrementAndGet();
    }

    void outgoingEnds() {
        outgoing.decrementAndGet();
    }

    /** Returns how many streams of either side there are at the moment. */
    int underWay() {
        return incoming.get() + outgoing.get();
    }

    /** From now on the peer begins nothing more. Returns the highest id that is served. */
    long leave() {
        leaving = true;
        if (incoming.get() == 0) {
            idle.complete(null);
        }
        return lastIncoming.get();
    }

    boolean leaving() {
        return leaving;
    }

    /**
     * Returns a stage that completes when nothing of the peer is under way after {@link #leave}.
     */
    CompletionStage<Void> idle() {
        return idle.minimalCompletionStage();
    }

    /** Remembers a body on its way out, for what the peer says of it. */
    void add(long streamId, BodyWriter writer) {
        writers.put(streamId, writer);
        StoqException ended = end;
        StoqErrorCode code = givenUp.get(streamId);
        if (ended != null) {
            writer.refused(ended);
        } else if (code != null) {
            writer.refused(reason(code));
        }
    }

    private static StoqException reason(StoqErrorCode code) {
        return new StoqException(code, "the peer has given the stream up");
    }

    /** The peer reads no more of a stream: whoever writes to it or works for it learns so. */
    void givenUp(long streamId, StoqErrorCode code) {
        if (givenUp.size() >= MAX_REMEMBERED) {
            givenUp.clear();
        }
        givenUp.put(streamId, code);
        BodyWriter writer = writers.get(streamId);
        if (writer != null) {
            writer.abort(code);
        }
        Thread thread = serving.get(streamId);
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Gives credit to a body; one that is over needs none. */
    void addCredit(long streamId, long bytes) {
        BodyWriter writer = writers.get(streamId);
        if (writer != null) {
            writer.addCredit(bytes);
        }
    }

    /** Remembers an urgency: it may come before the stream it is about, and must not pile up. */
    void setPriority(Turnstile.Priority priority) {
        if (priorities.size() >= MAX_REMEMBERED) {
            priorities.clear();
        }
        priorities.put(priority.streamId(), priority);
    }

    Turnstile.Priority priority(long streamId) {
        Turnstile.Priority told = priorities.get(streamId);
        return told != null ? told : Turnstile.Priority.of(streamId);
    }

    void forget(long streamId) {
        writers.remove(streamId);
        priorities.remove(streamId);
    }

    /** The connection has ended: whoever waits for the peer or works for it learns so. */
    void ended(StoqException reason) {
        end = reason;
        writers.values().forEach(writer -> writer.refused(reason));
        serving.values().forEach(Thread::interrupt);
    }
}
