package org.stoq.routing;

import java.util.Arrays;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.routing.Topology;

/** Prints how long the routes of one node take; to be run by hand. */
final class DijkstraTiming {
    private static final int ROUNDS = 2_000;

    private DijkstraTiming() {}

    /** Measures meshes of several sizes, without and with a limit that matters. */
    public static void main(String[] arguments) {
        for (int nodes : new int[] {100, 1_000, 4_000}) {
            for (int degree : new int[] {4, 8, 16}) {
                Topology mesh = TestNodes.mesh(1, nodes, degree);
                NodeId self = TestNodes.id(0);
                for (int limit : new int[] {255, 4}) {
                    System.out.printf(
                            "%d nodes, %d neighbours each, at most %d hops: median %d us%n",
                            nodes, degree, limit, medianMicros(mesh, self, limit));
                }
            }
        }
    }

    private static long medianMicros(Topology mesh, NodeId self, int limit) {
        DijkstraAlgorithm algorithm = new DijkstraAlgorithm();
        long[] nanos = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long begun = System.nanoTime();
            algorithm.compute(mesh, self, limit);
            nanos[round] = System.nanoTime() - begun;
        }
        long[] warm = Arrays.copyOfRange(nanos, ROUNDS / 2, ROUNDS);
        Arrays.sort(warm);
        return warm[warm.length / 2] / 1_000;
    }
}
