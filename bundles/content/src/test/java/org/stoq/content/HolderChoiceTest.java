package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.routing.Route;
import org.stoq.sdk.routing.RouteTable;
import org.stoq.sdk.routing.Routes;
import org.stoq.sdk.routing.Topology;

class HolderChoiceTest {
    private final List<TestNode> nodes = new ArrayList<>();
    private final TestNode self = node(1);
    private final TestNode publisher = node(2);
    private final TestNode holder = node(3);
    private final TestNode near = node(4);
    private final TestNode far = node(5);
    private final HolderMap holders = new HolderMap();
    private final Map<NodeId, Route> routes = new HashMap<>();
    private final HolderChoice choice =
            new HolderChoice(
                    self.peers,
                    new Routes() {
                        @Override
                        public RouteTable table() {
                            return new RouteTable(routes);
                        }

                        @Override
                        public Topology topology() {
                            throw new UnsupportedOperationException("not asked for here");
                        }
                    },
                    holders,
                    self.parts.catalog(),
                    self.clock);

    private TestNode node(int seed) {
        TestNode node = new TestNode(seed);
        nodes.add(node);
        return node;
    }

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
    }

    private void connect(TestNode... others) {
        for (TestNode other : others) {
            self.connected.add(new TestPeer(self, other));
        }
    }

    private static List<NodeId> ids(List<Peer> peers) {
        return peers.stream().map(Peer::id).toList();
    }

    private Digest manifestOf(TestNode node) throws IOException {
        byte[] signed = Manifests.signed("name", node.identity, self.clock.millis());
        self.parts.catalog().merge(signed);
        return Digest.of(signed);
    }

    @Test
    void whoAnnouncedItAndThePublisherComeBeforeAllOthers() throws IOException {
        connect(far, near, publisher, holder);
        Digest manifest = manifestOf(publisher);
        holders.announce(manifest, holder.id(), 0, self.clock.millis() + 1);
        self.peer(far).roundTrip = Duration.ofMillis(90);
        self.peer(near).roundTrip = Duration.ofMillis(1);
        self.peer(publisher).roundTrip = Duration.ofMillis(80);
        self.peer(holder).roundTrip = Duration.ofMillis(50);
        List<List<Peer>> groups = choice.apply(manifest);
        assertThat(ids(groups.getFirst())).containsExactly(holder.id(), publisher.id());
        assertThat(ids(groups.getLast())).containsExactly(near.id(), far.id());
        self.clock.advance(Duration.ofMillis(1));
        assertThat(ids(choice.apply(manifest).getFirst())).containsExactly(publisher.id());
    }

    @Test
    void theCostOfTheRouteCountsMoreThanTheRoundTrip() {
        connect(near, far);
        self.peer(near).roundTrip = Duration.ofMillis(1);
        self.peer(far).roundTrip = Duration.ofMillis(90);
        assertThat(ids(choice.byCost())).containsExactly(near.id(), far.id());
        routes.put(near.id(), new Route(near.id(), near.id(), 900, 1_000, 1));
        routes.put(far.id(), new Route(far.id(), far.id(), 100, 90_000, 1));
        assertThat(ids(choice.byCost())).containsExactly(far.id(), near.id());
    }

    @Test
    void aHolderThatIsNotConnectedIsNotAsked() throws IOException {
        connect(near);
        Digest manifest = manifestOf(publisher);
        assertThat(choice.apply(manifest).getFirst()).isEmpty();
        assertThat(ids(choice.apply(manifest).getLast())).containsExactly(near.id());
    }
}
