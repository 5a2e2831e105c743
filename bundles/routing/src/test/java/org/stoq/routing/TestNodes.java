package org.stoq.routing;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.cose.Ed25519Signer;
import org.stoq.sdk.routing.Link;
import org.stoq.sdk.routing.Topology;

/** Nodes with numbers. */
final class TestNodes {
    private TestNodes() {}

    /** Returns an id without a key. */
    static NodeId id(int number) {
        return new NodeId(Digest.of(ByteBuffer.allocate(4).putInt(number).array()));
    }

    /** Returns a key. */
    static Ed25519Signer signer(int number) {
        return new Ed25519Signer(
                Digest.of(ByteBuffer.allocate(4).putInt(number).array()).toBytes());
    }

    /** Returns a mesh in which each node has so many neighbours on average, links both ways. */
    static Topology mesh(long seed, int nodes, int degree) {
        Random random = new Random(seed);
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < nodes * degree / 2; i++) {
            int a = random.nextInt(nodes);
            int b = random.nextInt(nodes);
            if (a != b) {
                long rtt = 100L + random.nextInt(100_000);
                links.add(new Link(id(a), id(b), rtt, 0, 0));
                links.add(new Link(id(b), id(a), rtt, 0, 0));
            }
        }
        return Topology.of(links);
    }
}
