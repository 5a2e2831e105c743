package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.testkit.ManualClock;
import org.stoq.testkit.MemoryChunkStore;

class CatalogTest {
    private final TestNode node = new TestNode(1);
    private final TestNode.Identity stranger = new TestNode.Identity(77);

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void everyNodeDecidesAlikeWhateverTheOrderOfArrival() throws IOException {
        Random random = new Random(5);
        for (int round = 0; round < 20; round++) {
            List<byte[]> versions = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                TestNode.Identity writer = new TestNode.Identity(10 + random.nextInt(3));
                VersionVector vector = VersionVector.EMPTY;
                for (int n = random.nextInt(4); n >= 0; n--) {
                    vector = vector.next(new TestNode.Identity(10 + random.nextInt(3)).id());
                }
                long created = node.clock.millis() + random.nextInt(3);
                versions.add(Manifests.of("name", writer, created, vector).sign(writer));
            }
            Set<Digest> winners = new HashSet<>();
            for (int order = 0; order < 6; order++) {
                Collections.shuffle(versions, random);
                try (TestNode fresh = new TestNode(2)) {
                    for (byte[] version : versions) {
                        fresh.parts.catalog().merge(version);
                    }
                    winners.add(fresh.parts.catalog().bound("name").orElseThrow());
                }
            }
            assertThat(winners).hasSize(1);
        }
    }

    @Test
    void theLaterOfTwoConcurrentVersionsWinsAlsoIfItIsATombstone() throws IOException {
        long now = node.clock.millis();
        node.put("name", new byte[] {1});
        Manifest tombstone =
                new Manifest(
                        "name",
                        "text/plain",
                        0,
                        Digest.of(new byte[0]),
                        0,
                        List.of(),
                        VersionVector.EMPTY.next(stranger.id()),
                        stranger.id(),
                        now + 1,
                        new Attributes(Attributes.Kind.TOMBSTONE, 0, 0));
        assertThat(node.parts.catalog().merge(tombstone.sign(stranger))).isPresent();
        assertThat(node.knows("name")).isFalse();
        assertThat(node.parts.catalog().merge(Manifests.signed("name", stranger, now))).isEmpty();
        assertThat(node.knows("name")).isFalse();
    }

    @Test
    void theNextVersionDescendsFromBothOfTwoConcurrentOnes() throws IOException {
        node.put("name", new byte[] {1});
        node.parts.catalog().merge(Manifests.signed("name", stranger, node.clock.millis() + 5));
        VersionVector other = node.parts.catalog().find("name").orElseThrow().manifest().version();
        node.put("name", new byte[] {2});
        VersionVector next = node.parts.catalog().find("name").orElseThrow().manifest().version();
        assertThat(next.compare(other)).isEqualTo(VersionVector.Order.NEWER);
        assertThat(next.count(node.id())).isEqualTo(2);
        assertThat(next.count(stranger.id())).isEqualTo(1);
    }

    @Test
    void aVersionIsLaterThanTheOneItReplacesThoughTheClockIsBehind() throws IOException {
        long ahead = node.clock.millis() + Duration.ofHours(1).toMillis();
        node.parts.catalog().merge(Manifests.signed("name", stranger, ahead));
        node.put("name", new byte[] {1});
        assertThat(node.get("name")).containsExactly(1);
        assertThat(node.parts.catalog().find("name").orElseThrow().manifest().createdMillis())
                .isEqualTo(ahead + 1);
    }

    @Test
    void refusesATimeThatIsMoreThanADayAhead() throws IOException {
        long limit = node.clock.millis() + Catalog.MAX_AHEAD.toMillis();
        assertThat(node.parts.catalog().merge(Manifests.signed("name", stranger, limit)))
                .isPresent();
        ContentAdapterTest.assertCode(
                StoqErrorCode.INVALID_REQUEST,
                () -> node.parts.catalog().merge(Manifests.signed("name", stranger, limit + 1)));
    }

    @Test
    void takesAVersionOnceAndRefusesAForgedOne() throws IOException {
        byte[] signed = Manifests.signed("name", stranger, node.clock.millis());
        assertThat(node.parts.catalog().merge(signed)).isPresent();
        assertThat(node.parts.catalog().merge(signed)).isEmpty();
        byte[] forged = signed.clone();
        forged[forged.length - 1] ^= 1;
        ContentAdapterTest.assertCode(
                StoqErrorCode.INTEGRITY, () -> node.parts.catalog().merge(forged));
    }

    @Test
    void doesNotTakeUpATombstoneThatEverybodyMayHaveForgotten() throws IOException {
        node.put("name", new byte[1]);
        node.remove("name");
        byte[] tombstone =
                node.parts
                        .local()
                        .plain(node.parts.catalog().bound("name").orElseThrow())
                        .orElseThrow();
        ManualClock later = new ManualClock();
        later.advance(Catalog.TOMBSTONE_LIFE.plusMillis(1));
        try (TestNode other = new TestNode(2, new MemoryChunkStore(), later, Map.of())) {
            assertThat(other.parts.catalog().merge(tombstone)).isPresent();
        }
        later.advance(Duration.ofMillis(1));
        try (TestNode other = new TestNode(3, new MemoryChunkStore(), later, Map.of())) {
            assertThat(other.parts.catalog().merge(tombstone)).isEmpty();
        }
    }

    @Test
    void findsNoManifestInAChunkThatIsNone() throws IOException {
        node.put("object", new byte[] {1, 2, 3});
        Digest content = Digest.of(new byte[] {1, 2, 3});
        ContentAdapterTest.assertCode(
                StoqErrorCode.INVALID_REQUEST, () -> node.parts.catalog().byDigest(content));
    }
}
