package org.stoq.routing;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Reply;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.config.RoutingConfig;
import org.stoq.sdk.cose.Ed25519Signer;
import org.stoq.sdk.frame.Frame;
import org.stoq.sdk.frame.PushPromise;
import org.stoq.sdk.frame.RouteUpdateFrame;
import org.stoq.sdk.node.NodeIdentity;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.routing.RoutingAlgorithm;
import org.stoq.sdk.strategy.StrategySlot;
import org.stoq.sdk.strategy.StrategyStatus;

/** Real routers with a network between them that is a queue, and time that stands still. */
final class SimulatedMesh {
    static final Duration UNMEASURED = Duration.ofMillis(100);

    private final Queue<Runnable> network = new ArrayDeque<>();
    private final Map<Integer, Node> nodes = new HashMap<>();
    private long nowNanos = 1;
    private long delivered;

    /** One node. */
    static final class Node {
        final int number;
        final Ed25519Signer signer;
        final LinkStateRouter router;
        final List<Peer> peers = new ArrayList<>();
        final StrategySlot<RoutingAlgorithm> slot =
                new StrategySlot<>(RoutingAlgorithm.class, () -> 0);

        private Node(SimulatedMesh mesh, int number, long lastSequence, RoutingConfig config) {
            this.number = number;
            this.signer = TestNodes.signer(number);
            slot.offer(new DijkstraAlgorithm(), new StrategyStatus.Origin("routing", "1.0.0", 100));
            router =
                    new LinkStateRouter(
                            identity(signer),
                            () -> List.copyOf(peers),
                            slot,
                            (peer, origin, frame) -> mesh.transmit(this, peer, frame),
                            lastSequence,
                            config);
        }

        NodeId id() {
            return signer.id();
        }
    }

    /** The other end of a link. */
    record Neighbour(NodeId id, Duration roundTrip) implements Peer {
        @Override
        public InetSocketAddress address() {
            return new InetSocketAddress(InetAddress.ofLiteral("::1"), 1);
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public Reply call(Request request) throws StoqException {
            throw new StoqException(StoqErrorCode.UNAVAILABLE, "no calls here");
        }

        @Override
        public void send(Frame frame) {
            throw new UnsupportedOperationException("adverts take another way here");
        }

        @Override
        public boolean push(PushPromise promise, ByteBuffer body) {
            return false;
        }
    }

    static RoutingConfig config(int maxHops) {
        return new RoutingConfig(
                Duration.ofMillis(100), "dijkstra", maxHops, Duration.ofSeconds(5));
    }

    static NodeIdentity identity(Ed25519Signer signer) {
        return new NodeIdentity() {
            @Override
            public NodeId id() {
                return signer.id();
            }

            @Override
            public byte[] publicKey() {
                return signer.publicKey();
            }

            @Override
            public byte[] sign(byte[] message) {
                return signer.sign(message);
            }
        };
    }

    /** Adds a node, or one that has forgotten everything in the place of an older one. */
    Node add(int number, long lastSequence, int maxHops) {
        Node node = new Node(this, number, lastSequence, config(maxHops));
        nodes.put(number, node);
        return node;
    }

    Node node(int number) {
        Node node = nodes.get(number);
        if (node == null) {
            throw new IllegalArgumentException("no node " + number);
        }
        return node;
    }

    /** Connects two nodes. */
    void connect(int first, int second, long rttMillis) {
        join(node(first), node(second), rttMillis);
        join(node(second), node(first), rttMillis);
    }

    /** Takes a link away, at both ends. */
    void cut(int first, int second) {
        Node one = node(first);
        Node other = node(second);
        one.peers.removeIf(peer -> peer.id().equals(other.id()));
        other.peers.removeIf(peer -> peer.id().equals(one.id()));
    }

    /** Takes a node away without a word. */
    void kill(int number) {
        Node gone = node(number);
        for (Peer peer : List.copyOf(gone.peers)) {
            nodes.values().stream()
                    .filter(node -> node.id().equals(peer.id()))
                    .forEach(node -> cut(number, node.number));
        }
        nodes.remove(number);
    }

    private void join(Node node, Node other, long rttMillis) {
        Peer peer = new Neighbour(other.id(), Duration.ofMillis(rttMillis));
        node.peers.add(peer);
        node.router.connected(peer);
    }

    /** Lets update intervals pass. */
    void run(int intervals) {
        for (int i = 0; i < intervals; i++) {
            nowNanos += Duration.ofMillis(100).toNanos();
            nodes.values().forEach(node -> node.router.tick(nowNanos, UNMEASURED));
            settle();
        }
    }

    /** Delivers everything that is under way. */
    void settle() {
        for (Runnable next = network.poll(); next != null; next = network.poll()) {
            next.run();
        }
    }

    long nowNanos() {
        return nowNanos;
    }

    /** Returns how many adverts were delivered so far. */
    long delivered() {
        return delivered;
    }

    private void transmit(Node from, Peer to, RouteUpdateFrame frame) {
        network.add(() -> {
            for (Node node : nodes.values()) {
                if (node.id().equals(to.id())) {
                    node.peers.stream()
                            .filter(peer -> peer.id().equals(from.id()))
                            .findFirst()
                            .ifPresent(peer -> deliver(node, peer, frame));
                }
            }
        });
    }

    private void deliver(Node node, Peer from, RouteUpdateFrame frame) {
        delivered++;
        try {
            node.router.announced(from, frame, nowNanos);
        } catch (StoqException e) {
            throw new IllegalStateException("an honest node was refused", e);
        }
    }
}
