package org.stoq.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.stoq.client.session.Session;
import org.stoq.client.session.SessionHandler;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Response;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.transport.QuicListener;
import org.stoq.testkit.SeededBytes;

class ContentClientTest extends RealNetwork {
    private final Shelf shelf = new Shelf();

    /** Returns a client of a node that answers with a handler, on every connection. */
    private StoqClient clientOf(SessionHandler handler) throws IOException {
        QuicListener listener = track(transport.listen(ANY_PORT, QUIC, server.credentials(true)));
        start(() -> {
            try {
                while (true) {
                    Session.open(listener.accept(), OPTIONS, handler);
                }
            } catch (ClosedChannelException e) {
                return null;
            }
        });
        return track(
                StoqClient.builder()
                        .transport(transport)
                        .credentials(client.credentials(false))
                        .quic(QUIC)
                        .server("[::1]:" + listener.localAddress().getPort())
                        .build());
    }

    private ContentClient content() throws IOException {
        return clientOf(shelf).content();
    }

    @Test
    void whatIsPutIsGot() throws Exception {
        ContentClient content = content();
        byte[] bytes = SeededBytes.random(1, 300_000);

        Published published = content.put("a/b", bytes);

        assertThat(published.object()).isEqualTo(Digest.of(bytes));
        assertThat(published.size()).isEqualTo(bytes.length);
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        List<Long> progress = new ArrayList<>();
        ObjectInfo info = content.download("a/b", Channels.newChannel(target), progress::add);
        assertThat(target.toByteArray()).isEqualTo(bytes);
        assertThat(progress.stream().mapToLong(Long::longValue).sum()).isEqualTo(bytes.length);
        assertThat(info).isEqualTo(content.head("a/b"));
        assertThat(info.name()).isEqualTo("a/b");
        assertThat(info.kind()).isEqualTo(ObjectInfo.Kind.SYMLINK);
        assertThat(info.mode()).isEqualTo(0755);
        assertThat(info.modifiedMillis()).isEqualTo(99);
    }

    @Test
    void anObjectIsGotByItsManifestAndInParts() throws Exception {
        ContentClient content = content();
        content.put("a", "0123456789".getBytes(UTF_8));
        ObjectRef exact = ObjectRef.manifest(Shelf.manifestOf("a"));

        assertThat(content.head(exact).name()).isEqualTo("a");
        try (Reply part = content.get(exact, 3, 4)) {
            assertThat(readAll(part.body())).asString(UTF_8).isEqualTo("3456");
        }
        try (Reply whole = content.get(exact)) {
            assertThat(readAll(whole.body())).hasSize(10);
        }
        assertThat(codeOf(() -> content.head(ObjectRef.manifest(Shelf.manifestOf("b")))))
                .isEqualTo(StoqErrorCode.NOT_FOUND);
    }

    @Test
    void tagsTravelWithAnObjectAndComeBackWithWhetherItIsStale() throws Exception {
        ContentClient content = content();
        content.put(
                ContentClient.Put.of("a").tagged(List.of("red", "blue")),
                Channels.newChannel(new ByteArrayInputStream(new byte[] {1})),
                OptionalLong.of(1),
                bytes -> {});
        assertThat(content.head("a").tags()).containsExactly("red", "blue");
        assertThat(content.head("a").stale()).isTrue();
        content.put("b", new byte[] {1});
        assertThat(content.head("b").tags()).isEmpty();
        assertThat(content.head("b").stale()).isFalse();
    }

    @Test
    void aPurgeSaysWhatIsMeantAndHearsWhoHasConfirmed() throws Exception {
        ContentClient content = content();
        Purged purged =
                content.purge(PurgeSelector.prefix("/docs/"), true, Duration.ofMillis(1_500));
        assertThat(shelf.purged.integer(1)).isEqualTo(1);
        assertThat(shelf.purged.text(2)).isEqualTo("docs/");
        assertThat(shelf.purged.bool(3)).isTrue();
        assertThat(shelf.purged.integer(4)).isEqualTo(1_500);
        assertThat(purged.until()).isEqualTo(Instant.ofEpochMilli(5_000));
        assertThat(purged.own()).isTrue();
        assertThat(purged.here()).isEqualTo(Duration.ofNanos(1_200_000));
        assertThat(purged.peers()).isEqualTo(9);
        assertThat(purged.confirmed()).isEqualTo(8);
        assertThat(purged.median()).isEqualTo(Duration.ofMillis(2));
        assertThat(purged.p99()).isEqualTo(Duration.ofMillis(3));
        assertThat(purged.longest()).isEqualTo(Duration.ofMillis(4));

        NodeId origin = new NodeId(Digest.of(new byte[] {7}));
        content.purge(PurgeSelector.origin(origin), false, Duration.ZERO);
        assertThat(shelf.purged.digest(2)).isEqualTo(origin.digest());
        content.purge(PurgeSelector.name("/a"), false, Duration.ZERO);
        assertThat(shelf.purged.text(2)).isEqualTo("a");
        content.purge(PurgeSelector.tag("/t"), false, Duration.ZERO);
        assertThat(shelf.purged.text(2)).isEqualTo("/t");
        assertThat(shelf.purged.bool(3)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PurgeSelector(PurgeSelector.Kind.ORIGIN, "x"));
    }

    @Test
    void slashesAtTheBeginningAreNoPartOfAName() throws Exception {
        StoqClient client = clientOf(shelf);
        client.content().put("//content/video.mp4", new byte[] {1});

        assertThat(shelf.objects).containsOnlyKeys("content/video.mp4");
        try (Reply reply = client.cdnGet("/content/video.mp4")) {
            assertThat(readAll(reply.body())).containsExactly(1);
        }
        assertThat(client.content().list("/content").count()).isEqualTo(1);
        client.content().remove("/content/video.mp4");
        assertThat(shelf.objects).isEmpty();
    }

    @Test
    void listsEveryPageOnceAndNoMoreThanAreRead() throws Exception {
        ContentClient content = content();
        for (int i = 0; i < 9; i++) {
            content.put("p/" + i, new byte[] {(byte) i});
        }
        content.put("q", new byte[0]);

        assertThat(content.list("p/").map(ObjectInfo::name))
                .containsExactly("p/0", "p/1", "p/2", "p/3", "p/4", "p/5", "p/6", "p/7", "p/8");
        assertThat(shelf.pages).hasValue(5);
        try (Stream<ObjectInfo> some = content.list("p/").limit(3)) {
            assertThat(some.count()).isEqualTo(3);
        }
        assertThat(shelf.pages).hasValueLessThanOrEqualTo(8);
        assertThat(content.list("none")).isEmpty();
    }

    @Test
    void aListingThatDoesNotGetOnIsRefused() throws Exception {
        Shelf turning =
                new Shelf() {
                    @Override
                    void list(Call call, CborMap arguments) throws IOException {
                        objects.put("same", new byte[0]);
                        List<CborMap> items = List.of(item("same"));
                        answer(call, CborMap.builder().put(1, items).put(2, true).build());
                    }
                };
        ContentClient content = clientOf(turning).content();

        assertThatThrownBy(() -> content.list("").count())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("does not get on");
    }

    @Test
    void anEmptyPageInTheMiddleIsNotTheEnd() throws Exception {
        // Names that were removed are skipped by the node, perhaps a whole page of them.
        Shelf gaps =
                new Shelf() {
                    @Override
                    void list(Call call, CborMap arguments) throws IOException {
                        CborMap.Builder page = CborMap.builder();
                        switch (arguments.text(2)) {
                            case "" -> page.put(1, List.of()).put(2, true).put(3, "k");
                            case "k" -> {
                                objects.put("z", new byte[0]);
                                page.put(1, List.of(item("z"))).put(2, false);
                            }
                            default -> throw new IllegalStateException(arguments.toString());
                        }
                        answer(call, page.build());
                    }
                };

        assertThat(clientOf(gaps).content().list("").map(ObjectInfo::name)).containsExactly("z");
    }

    @Test
    void bytesThatWereFalsifiedOnTheWayAreNoticed() throws Exception {
        Shelf liar =
                new Shelf() {
                    @Override
                    byte[] keep(byte[] received) {
                        received[0] ^= 1;
                        return received;
                    }
                };
        ContentClient content = clientOf(liar).content();

        assertThat(codeOf(() -> content.put("a", new byte[] {1, 2})))
                .isEqualTo(StoqErrorCode.INTEGRITY);
    }

    @Test
    void aDownloadOfOtherBytesThanWerePublishedIsRefused() throws Exception {
        SessionHandler liar =
                new SessionHandler() {
                    @Override
                    public void call(Session session, Call call) throws IOException {
                        byte[] real = {1};
                        CborMap head =
                                CborMap.builder()
                                        .put(1, Shelf.manifestOf("a"))
                                        .put(2, Digest.of(real))
                                        .put(3, 1)
                                        .put(4, "text/plain")
                                        .put(5, CborMap.EMPTY)
                                        .put(10, 0)
                                        .put(11, "a")
                                        .build();
                        call.respond(Response.ok(head)).write(ByteBuffer.wrap(new byte[] {2}));
                    }
                };
        ContentClient content = clientOf(liar).content();

        assertThat(
                        codeOf(() ->
                                content.download(
                                        "a",
                                        Channels.newChannel(new ByteArrayOutputStream()),
                                        bytes -> {})))
                .isEqualTo(StoqErrorCode.INTEGRITY);
    }

    @Test
    void longCallsTellHowFarTheyAre() throws Exception {
        List<String> heard = new ArrayList<>();

        CborMap results = content().gc((done, total) -> heard.add(done + "/" + total));

        assertThat(heard).containsExactly("5/10", "10/10");
        assertThat(results.integer(1)).isEqualTo(7);
        assertThat(codeOf(() -> content().verify(Progress.NONE)))
                .isEqualTo(StoqErrorCode.NOT_FOUND);
    }

    @Test
    void aConnectionThatHasEndedIsReplaced() throws Exception {
        List<Session> sessions = new ArrayList<>();
        StoqClient client =
                clientOf(
                        new Shelf() {
                            @Override
                            public void opened(Session session) {
                                sessions.add(session);
                            }

                            @Override
                            public void call(Session session, Call call) throws IOException {
                                super.call(session, call);
                            }
                        });
        client.content().put("a", new byte[0]);
        ContentClient content = client.content();
        sessions.getFirst().close(StoqErrorCode.UNAVAILABLE, "restarting");

        // A question that changes nothing is asked again where it can be answered.
        assertThat(content.stats().integer(1)).isEqualTo(1);
    }

    @Test
    void aServerPublishesToItsNode() throws Exception {
        StoqClient node = clientOf(shelf);
        StoqServer attached =
                track(
                        StoqServer.builder()
                                .transport(transport)
                                .credentials(server.credentials(false))
                                .publishTo(node)
                                .listen(ANY_PORT));

        assertThat(attached.cdnCache("/path", new byte[] {1, 2}).size()).isEqualTo(2);
        assertThat(shelf.objects).containsOnlyKeys("path");
        assertThat(attached.cdnStats().integer(1)).isEqualTo(1);
        attached.cdnPurge("/path");
        assertThat(shelf.objects).isEmpty();
        assertThat(codeOf(() -> attached.cdnPurge("/path"))).isEqualTo(StoqErrorCode.NOT_FOUND);
    }

    @Test
    void aServerWithoutNodeSaysWhatIsMissing() throws Exception {
        StoqServer alone =
                track(
                        StoqServer.builder()
                                .transport(transport)
                                .credentials(server.credentials(false))
                                .listen(ANY_PORT));

        assertThatIllegalStateException()
                .isThrownBy(() -> alone.cdnStats())
                .withMessageContaining("publishTo");
        assertThatIllegalStateException().isThrownBy(() -> alone.cdnPurge("a"));
        assertThatIllegalStateException().isThrownBy(() -> alone.cdnCache("a", new byte[0]));
    }

    @Test
    void aClientWithoutServerSaysWhatIsMissing() {
        StoqClient client =
                track(StoqClient.builder().transport(transport).credentials(anonymous()).build());
        assertThatIllegalStateException()
                .isThrownBy(() -> client.cdnGet("a"))
                .withMessageContaining(".server(");
        client.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> client.connect(HostPort.parse("[::1]:4433")))
                .withMessageContaining("closed");
    }
}
