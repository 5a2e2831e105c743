package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

class VersionVectorTest {
    private static NodeId node(int number) {
        return new NodeId(Digest.of(new byte[] {(byte) number, (byte) (number >> 8)}));
    }

    private static VersionVector random(Random random, int nodes) {
        TreeMap<NodeId, Long> counts = new TreeMap<>();
        for (int i = 0; i < nodes; i++) {
            if (random.nextBoolean()) {
                counts.put(node(i), 1L + random.nextInt(4));
            }
        }
        return new VersionVector(counts);
    }

    @Test
    void mergeIsCommutativeAndIdempotentAndNotOlderThanEither() throws StoqException {
        Random random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            VersionVector a = random(random, 8);
            VersionVector b = random(random, 8);
            VersionVector c = random(random, 8);
            VersionVector merged = a.merge(b);
            assertThat(merged).isEqualTo(b.merge(a));
            assertThat(merged.merge(merged)).isEqualTo(merged);
            assertThat(merged.merge(a)).isEqualTo(merged);
            assertThat(merged.merge(c)).isEqualTo(a.merge(b.merge(c)));
            assertThat(merged.compare(a)).isIn(VersionVector.Order.NEWER, VersionVector.Order.SAME);
            assertThat(merged.compare(b)).isIn(VersionVector.Order.NEWER, VersionVector.Order.SAME);
            assertThat(VersionVector.ofCbor(a.toCbor())).isEqualTo(a);
        }
    }

    @Test
    void comparesFromBothSides() {
        VersionVector one = VersionVector.EMPTY.next(node(1));
        VersionVector two = one.next(node(2));
        VersionVector other = one.next(node(3));
        assertThat(one.compare(one)).isEqualTo(VersionVector.Order.SAME);
        assertThat(two.compare(one)).isEqualTo(VersionVector.Order.NEWER);
        assertThat(one.compare(two)).isEqualTo(VersionVector.Order.OLDER);
        assertThat(two.compare(other)).isEqualTo(VersionVector.Order.CONCURRENT);
    }

    @Test
    void holdsSoManyNodesAndForgetsTheLowestCountPastThem() {
        VersionVector vector = VersionVector.EMPTY;
        for (int i = 0; i < VersionVector.MAX_NODES; i++) {
            vector = vector.next(node(i)).next(node(i));
        }
        assertThat(vector.counts()).hasSize(VersionVector.MAX_NODES);
        VersionVector next = vector.next(node(1_000));
        assertThat(next.counts()).hasSize(VersionVector.MAX_NODES);
        // Whoever writes stays, though its count is the lowest of all.
        assertThat(next.count(node(1_000))).isEqualTo(1);
        VersionVector merged = vector.merge(VersionVector.EMPTY.next(node(1_000)));
        assertThat(merged).isEqualTo(vector);
    }

    @Test
    void refusesMoreThanSoManyNodes() throws StoqException {
        TreeMap<NodeId, Long> counts = new TreeMap<>();
        for (int i = 0; i < VersionVector.MAX_NODES; i++) {
            counts.put(node(i), 1L);
        }
        List<Object> flat = new ArrayList<>(new VersionVector(counts).toCbor());
        assertThat(VersionVector.ofCbor(flat).counts()).isEqualTo(counts);
        flat.add(node(1_000).digest().toBytes());
        flat.add(1L);
        ContentAdapterTest.assertCode(StoqErrorCode.TOO_LARGE, () -> VersionVector.ofCbor(flat));
    }

    @Test
    void refusesWhatIsNoVector() {
        byte[] id = node(1).digest().toBytes();
        for (List<?> bad :
                List.<List<?>>of(
                        List.of(id),
                        List.of(id, 0L),
                        List.of(id, -1L),
                        List.of(new byte[31], 1L),
                        List.of("x", 1L),
                        List.of(id, "x"),
                        List.of(id, 1L, id, 2L),
                        List.of(id, 1L, new byte[32], 2L))) {
            ContentAdapterTest.assertCode(
                    StoqErrorCode.INVALID_REQUEST, () -> VersionVector.ofCbor(bad));
        }
    }

    @Test
    void staysAtTheLargestCountThereIs() {
        TreeMap<NodeId, Long> counts = new TreeMap<>();
        counts.put(node(1), Long.MAX_VALUE);
        VersionVector full = new VersionVector(counts);
        assertThat(full.next(node(1))).isEqualTo(full);
        counts.put(node(2), 0L);
        assertThatThrownBy(() -> new VersionVector(counts))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
