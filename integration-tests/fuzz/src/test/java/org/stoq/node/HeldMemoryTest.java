package org.stoq.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.stoq.client.session.SessionOptions;
import org.stoq.fuzz.Carrier;
import org.stoq.fuzz.ScriptedStream;
import org.stoq.node.HeldMemory.Behaviour;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.frame.ChunkAnnounceFrame;
import org.stoq.sdk.frame.ContinuationFrame;
import org.stoq.sdk.frame.DataFrame;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.FrameCodec;
import org.stoq.sdk.frame.FrameType;
import org.stoq.sdk.frame.HeadersFrame;
import org.stoq.sdk.frame.PriorityFrame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.frame.RstStreamFrame;
import org.stoq.sdk.frame.Settings;
import org.stoq.sdk.frame.WindowUpdateFrame;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.node.PeerListener;

/**
 * Attacks that end nothing at once: how much memory they hold in the node meanwhile, with the
 * limits that a node has by default. Measured on the heap, and compared with an honest connection
 * that has as many calls under way.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeldMemoryTest {
    private static final int LIMIT_BYTES = 64 << 10;
    private static final int STREAMS = 256;
    private static final int FLOOD = 4_000;
    private static final int MAX_HEADER_BYTES = Settings.DEFAULT.maxHeaderBytes();
    private static final SessionOptions OPTIONS =
            new SessionOptions(
                    Settings.DEFAULT,
                    Duration.ZERO,
                    false,
                    Duration.ofMillis(1),
                    Duration.ofMinutes(5));

    /** What an honest connection with so many calls under way costs. */
    private final Map<Integer, Long> honestBytes = new HashMap<>();

    @SuppressWarnings("NullAway.Init") // made on the carrier, before all tests
    private HostNode host;

    @SuppressWarnings("NullAway.Init")
    private HeldMemory memory;

    /** Hears an announcement and never comes back to hear the next one. */
    private static final class DeafListener implements PeerListener {
        private final CountDownLatch never = new CountDownLatch(1);

        @Override
        public void announced(Peer peer, Frame frame) throws StoqException {
            await();
        }

        @Override
        public boolean pushed(Peer peer, PushPromise promise, ReadableByteChannel body)
                throws StoqException {
            await();
            return false;
        }

        private void await() throws StoqException {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoqException(StoqErrorCode.CANCELLED, "interrupted", e);
            }
        }
    }

    @BeforeAll
    void measureHonestClients() throws Exception {
        Carrier.run(() -> {
            host = new HostNode(new DeafListener());
            memory = new HeldMemory(host, OPTIONS, NodeCertificates.chain(), STREAMS);
            for (int calls : List.of(0, 1, STREAMS)) {
                // Classes, caches and tables that grow once are there afterwards.
                memory.perConnection(honest(calls), 2);
                honestBytes.put(calls, memory.perConnection(honest(calls), connections(calls)));
            }
        });
    }

    private static Arguments attack(String name, int calls, Behaviour behaviour) {
        return Arguments.argumentSet(name, calls, behaviour);
    }

    /** As many calls as are allowed, none of which the node has answered. */
    private static Behaviour honest(int calls) {
        return guest -> {
            HostNode.settingsOn(guest.connection());
            onStreams(
                    guest,
                    true,
                    calls,
                    stream -> {
                        Request request = Request.of("shop", "wait", CborMap.EMPTY);
                        stream.peerSends(HostNode.head(stream.id(), request), false);
                    });
        };
    }

    /** What a client does with one stream. */
    @FunctionalInterface
    private interface StreamUse {
        void of(ScriptedStream stream);
    }

    private static void onStreams(
            HostNode.Guest guest, boolean bidirectional, int streams, StreamUse use) {
        for (int i = 0; i < streams; i++) {
            guest.connection().peerOpens(bidirectional).ifPresent(use::of);
        }
    }

    private static Behaviour onEachStream(StreamUse use) {
        return guest -> {
            HostNode.settingsOn(guest.connection());
            onStreams(guest, true, STREAMS, use);
        };
    }

    private static Behaviour onControl(StreamUse use) {
        return guest -> use.of(HostNode.settingsOn(guest.connection()));
    }

    private static void send(ScriptedStream stream, Frame frame) {
        stream.peerSends(FrameCodec.encode(frame), false);
    }

    static Stream<Arguments> attacks() {
        return Stream.of(
                attack(
                        "one head that promises the most and sends a byte",
                        1,
                        guest -> {
                            HostNode.settingsOn(guest.connection());
                            onStreams(guest, true, 1, HeldMemoryTest::promise);
                        }),
                attack(
                        "heads that promise the most and send a byte",
                        STREAMS,
                        onEachStream(HeldMemoryTest::promise)),
                attack(
                        "blocks that claim the most and begin",
                        STREAMS,
                        onEachStream(stream ->
                                send(
                                        stream,
                                        new HeadersFrame(
                                                stream.id(), MAX_HEADER_BYTES, new byte[1])))),
                attack(
                        "heads of the longest, but for a byte",
                        STREAMS,
                        onEachStream(stream -> {
                            byte[] frame =
                                    FrameCodec.encode(
                                            new HeadersFrame(
                                                    stream.id(),
                                                    MAX_HEADER_BYTES,
                                                    new byte[MAX_HEADER_BYTES]));
                            byte[] part = new byte[frame.length - 1];
                            System.arraycopy(frame, 0, part, 0, part.length);
                            stream.peerSends(part, false);
                        })),
                attack(
                        "blocks in CONTINUATIONs, but for a byte",
                        STREAMS,
                        onEachStream(stream -> {
                            int half = MAX_HEADER_BYTES / 2;
                            send(
                                    stream,
                                    new HeadersFrame(
                                            stream.id(), MAX_HEADER_BYTES, new byte[half]));
                            send(stream, new ContinuationFrame(stream.id(), new byte[half - 1]));
                        })),
                attack(
                        "pushes that promise the most and send a byte",
                        STREAMS,
                        guest -> {
                            HostNode.settingsOn(guest.connection());
                            onStreams(
                                    guest,
                                    false,
                                    STREAMS,
                                    stream -> {
                                        stream.peerSends(
                                                AttackTest.header(
                                                        FrameType.PUSH_PROMISE, stream.id(), 4_096),
                                                false);
                                        stream.peerSends(new byte[1], false);
                                    });
                        }),
                attack(
                        "SETTINGS that promise the most and send a byte",
                        0,
                        guest -> {
                            ScriptedStream control =
                                    guest.connection().peerOpens(false).orElseThrow();
                            control.peerSends(
                                    AttackTest.header(FrameType.SETTINGS, Frame.CONNECTION, 4_096),
                                    false);
                            control.peerSends(new byte[1], false);
                        }),
                attack(
                        "an announcement that promises the most and sends a byte",
                        0,
                        onControl(control -> {
                            control.peerSends(
                                    AttackTest.header(
                                            FrameType.CHUNK_ANNOUNCE,
                                            Frame.CONNECTION,
                                            Frame.MAX_PAYLOAD_BYTES),
                                    false);
                            control.peerSends(new byte[1], false);
                        })),
                attack(
                        "the largest announcements, faster than they are heard",
                        0,
                        onControl(control -> {
                            for (int i = 0; i < 100; i++) {
                                send(control, new ChunkAnnounceFrame(new byte[60_000]));
                            }
                        })),
                attack(
                        "small announcements, faster than they are heard",
                        0,
                        onControl(control -> {
                            for (int i = 0; i < FLOOD / 4; i++) {
                                send(control, new ChunkAnnounceFrame(new byte[1]));
                            }
                        })),
                attack(
                        "PRIORITY about streams that do not exist",
                        0,
                        onControl(control -> {
                            for (int i = 0; i < FLOOD; i++) {
                                flood(control, i, new PriorityFrame(4L * i, 1, true));
                            }
                        })),
                attack(
                        "RST_STREAM about streams that do not exist",
                        0,
                        onControl(control -> {
                            for (int i = 0; i < FLOOD; i++) {
                                flood(control, i, new RstStreamFrame(1_000 + 4L * i, 1));
                            }
                        })),
                attack(
                        "WINDOW_UPDATE of the most about streams that do not exist",
                        0,
                        onControl(control -> {
                            for (int i = 0; i < FLOOD; i++) {
                                flood(control, i, new WindowUpdateFrame(4L * i, Integer.MAX_VALUE));
                            }
                        })),
                attack("streams opened and reset", 0, HeldMemoryTest::churn),
                attack("calls that are refused", 0, HeldMemoryTest::refusedCalls),
                attack(
                        "answers that nobody reads, with all the credit there is",
                        STREAMS,
                        guest -> {
                            ScriptedStream control = HostNode.settingsOn(guest.connection());
                            onStreams(
                                    guest,
                                    true,
                                    STREAMS,
                                    stream -> {
                                        send(
                                                control,
                                                new WindowUpdateFrame(
                                                        stream.id(), Integer.MAX_VALUE));
                                        Request request =
                                                Request.of("shop", "large", CborMap.EMPTY);
                                        stream.peerSends(
                                                HostNode.head(stream.id(), request), false);
                                    });
                        }));
    }

    /** Lets the node read now and then, so that the engine's queue stays short. */
    private static void flood(ScriptedStream stream, int number, Frame frame) {
        send(stream, frame);
        if (number % 64 == 0) {
            Carrier.settle();
        }
    }

    private static void promise(ScriptedStream stream) {
        stream.peerSends(
                AttackTest.header(FrameType.HEADERS, stream.id(), MAX_HEADER_BYTES), false);
        stream.peerSends(new byte[1], false);
    }

    private static void churn(HostNode.Guest guest) {
        HostNode.settingsOn(guest.connection());
        for (int i = 0; i < FLOOD / 4; i++) {
            onStreams(
                    guest,
                    true,
                    10,
                    stream -> {
                        stream.peerSends(new byte[3], false);
                        stream.peerResets(StoqErrorCode.CANCELLED);
                    });
            onStreams(
                    guest,
                    true,
                    1,
                    stream -> {
                        stream.peerSends(new byte[3], false);
                        Carrier.settle();
                        stream.peerResets(StoqErrorCode.CANCELLED);
                    });
        }
    }

    private static void refusedCalls(HostNode.Guest guest) {
        HostNode.settingsOn(guest.connection());
        for (int i = 0; i < FLOOD / 4; i++) {
            onStreams(
                    guest,
                    true,
                    1,
                    stream -> {
                        Request request = Request.of("nowhere", "x", CborMap.EMPTY);
                        stream.peerSends(HostNode.head(stream.id(), request), false);
                        stream.peerSends(
                                FrameCodec.encode(new DataFrame(stream.id(), new byte[0])), true);
                        Carrier.settle();
                    });
        }
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void holdsNoMoreThanItsShare(int calls, Behaviour attack) throws Exception {
        Carrier.run(() -> {
            long honest = Objects.requireNonNull(honestBytes.get(calls));
            long held = memory.perConnection(attack, connections(calls)) - honest;
            assertThat(held).isLessThanOrEqualTo(LIMIT_BYTES);
            assertThat(host.guests()).isZero();
            host.requireService();
        });
    }

    /** Enough to divide what is not theirs, and few enough to be quick. */
    private static int connections(int calls) {
        return calls == 0 ? 40 : 10;
    }
}
