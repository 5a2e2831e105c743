package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cose.CoseSign1;
import org.stoq.sdk.cose.Signer;

/** Statements, tags, and what of many purges means an object. */
class PurgeTest {
    private static final long NOW = 1_000_000;

    private final Signer issuer = new TestNode.Identity(1);
    private final Signer other = new TestNode.Identity(2);

    private static Selector select(Selector.Kind kind, String value) {
        return new Selector(kind, value);
    }

    private Purge purge(Selector selector) {
        return new Purge(selector, false, false, issuer.id(), NOW);
    }

    private static Manifest manifest(String name, Signer publisher, long millis, String... tags) {
        Manifest plain = Manifests.of(name, publisher, millis);
        return new Manifest(
                name,
                plain.mediaType(),
                0,
                plain.object(),
                0,
                List.of(),
                plain.version(),
                publisher.id(),
                millis,
                plain.attributes(),
                List.of(tags));
    }

    @Test
    void everyKindIsReadAsItWasSigned() throws Exception {
        for (Selector selector :
                List.of(
                        select(Selector.Kind.NAME, "docs/a"),
                        select(Selector.Kind.PREFIX, "docs/"),
                        select(Selector.Kind.TAG, "größe"),
                        Selector.origin(other.id()))) {
            for (boolean soft : new boolean[] {false, true}) {
                Purge purge = new Purge(selector, soft, !soft, issuer.id(), NOW);
                byte[] signed = purge.sign(issuer);
                assertThat(Purge.verify(signed)).isEqualTo(purge);
                assertThat(Purge.ofSigned(signed)).isEqualTo(purge);
            }
        }
    }

    @Test
    void refusesAChangedBitAnotherSignerAndAnotherDomain() {
        byte[] signed = purge(select(Selector.Kind.TAG, "t")).sign(issuer);
        signed[signed.length - 1] ^= 1;
        ContentAdapterTest.assertCode(StoqErrorCode.INTEGRITY, () -> Purge.verify(signed));
        byte[] payload = payload(CborMap.builder().put(2, 2).put(3, "t")).encode();
        ContentAdapterTest.assertCode(
                StoqErrorCode.INTEGRITY,
                () -> Purge.verify(CoseSign1.sign(other, Purge.DOMAIN, payload).encoded()));
        ContentAdapterTest.assertCode(
                StoqErrorCode.INTEGRITY,
                () -> Purge.verify(CoseSign1.sign(issuer, Manifest.DOMAIN, payload).encoded()));
    }

    private CborMap payload(CborMap.Builder selector) {
        return selector.put(1, 1)
                .put(4, false)
                .put(5, false)
                .put(6, issuer.id().digest())
                .put(7, NOW)
                .build();
    }

    private void refuse(StoqErrorCode code, CborMap.Builder selector) {
        byte[] signed = CoseSign1.sign(issuer, Purge.DOMAIN, payload(selector).encode()).encoded();
        ContentAdapterTest.assertCode(code, () -> Purge.verify(signed));
    }

    private void take(CborMap.Builder selector) throws Exception {
        assertThat(
                        Purge.verify(
                                        CoseSign1.sign(
                                                        issuer,
                                                        Purge.DOMAIN,
                                                        payload(selector).encode())
                                                .encoded())
                                .millis())
                .isEqualTo(NOW);
    }

    private static CborMap.Builder by(int kind, String value) {
        return CborMap.builder().put(2, kind).put(3, value);
    }

    @Test
    void everySelectorHasALimitAndIsRefusedPastIt() throws Exception {
        take(by(0, "n".repeat(Manifest.MAX_NAME_BYTES)));
        refuse(StoqErrorCode.INVALID_REQUEST, by(0, "n".repeat(Manifest.MAX_NAME_BYTES + 1)));
        refuse(StoqErrorCode.INVALID_REQUEST, by(0, "a//b"));
        take(by(1, "n".repeat(Manifest.MAX_NAME_BYTES)));
        refuse(StoqErrorCode.INVALID_REQUEST, by(1, "n".repeat(Manifest.MAX_NAME_BYTES + 1)));
        refuse(StoqErrorCode.INVALID_REQUEST, by(1, ""));
        refuse(StoqErrorCode.INVALID_REQUEST, by(1, "/a"));
        refuse(StoqErrorCode.INVALID_REQUEST, by(1, "\0"));
        take(by(2, "t".repeat(Tags.MAX_BYTES)));
        refuse(StoqErrorCode.INVALID_REQUEST, by(2, "t".repeat(Tags.MAX_BYTES + 1)));
        refuse(StoqErrorCode.INVALID_REQUEST, by(2, "a b"));
        refuse(StoqErrorCode.INVALID_REQUEST, by(3, "not a digest"));
        refuse(StoqErrorCode.UNSUPPORTED, by(4, "x"));
        refuse(StoqErrorCode.UNSUPPORTED, by(2, "t").put(-1, 1));
    }

    @Test
    void theLongestPurgeFitsAndALongerOneIsRefusedUnread() throws Exception {
        Purge longest = purge(select(Selector.Kind.PREFIX, "p".repeat(Manifest.MAX_NAME_BYTES)));
        assertThat(longest.sign(issuer)).hasSizeLessThan(Purge.MAX_SIGNED_BYTES);
        ContentAdapterTest.assertCode(
                StoqErrorCode.TOO_LARGE, () -> Purge.verify(new byte[Purge.MAX_SIGNED_BYTES + 1]));
        ContentAdapterTest.assertCode(
                StoqErrorCode.INVALID_REQUEST,
                () -> Purge.verify(new byte[Purge.MAX_SIGNED_BYTES]));
    }

    @Test
    void tagsAreSortedOnceAndBounded() throws Exception {
        assertThat(Tags.ofCbor(List.of("b", "a", "b"))).containsExactly("a", "b");
        List<String> many = new ArrayList<>();
        for (int i = 0; i < Tags.MAX; i++) {
            many.add("t" + i);
        }
        assertThat(Tags.ofCbor(many)).hasSize(Tags.MAX);
        many.add("one more");
        ContentAdapterTest.assertCode(StoqErrorCode.TOO_LARGE, () -> Tags.ofCbor(many));
        ContentAdapterTest.assertCode(
                StoqErrorCode.INVALID_REQUEST, () -> Tags.ofCbor(List.of("")));
        ContentAdapterTest.assertCode(
                StoqErrorCode.INVALID_REQUEST, () -> Tags.ofCbor(List.of(1L)));
    }

    @Test
    void aManifestKeepsItsTags() throws Exception {
        Manifest tagged = manifest("n", issuer, 1, "a", "b");
        assertThat(Manifest.verify(tagged.sign(issuer))).isEqualTo(tagged);
    }

    /** The index must say what asking every purge says. */
    @Test
    void theIndexAgreesWithAskingEveryPurge() {
        List<String> values = List.of("a", "a/", "a/b", "a/bc", "ab", "b", "a/b/c", "aa", "ac");
        Random random = new Random(7);
        PurgeIndex index = new PurgeIndex();
        Map<Purge.Subject, Purge> all = new HashMap<>();
        for (int round = 0; round < 3_000; round++) {
            Selector.Kind kind = Selector.Kind.values()[random.nextInt(4)];
            String value = values.get(random.nextInt(values.size()));
            Signer signer = random.nextBoolean() ? issuer : other;
            Selector selector =
                    kind == Selector.Kind.ORIGIN
                            ? Selector.origin(signer.id())
                            : select(kind, value);
            Purge purge = new Purge(selector, false, random.nextBoolean(), signer.id(), 10 + round);
            if (random.nextInt(3) == 0) {
                Purge gone = all.remove(purge.subject());
                if (gone != null) {
                    index.remove(gone);
                }
            } else {
                all.put(purge.subject(), purge);
                index.put(purge);
            }
            String name = values.get(random.nextInt(values.size()));
            List<String> tags = List.of(values.get(random.nextInt(values.size())));
            NodeId publisher = random.nextBoolean() ? issuer.id() : other.id();
            Manifest asked =
                    manifest(
                            name,
                            publisher.equals(issuer.id()) ? issuer : other,
                            0,
                            tags.getFirst());
            long expected =
                    all.values().stream()
                            .filter(each -> each.voids(asked))
                            .mapToLong(Purge::millis)
                            .max()
                            .orElse(PurgeIndex.NEVER);
            assertThat(index.latest(name, tags, publisher)).isEqualTo(expected);
        }
    }

    @Test
    void ofTheSameSubjectTheLatestHoldsWhateverTheOrder() {
        Purge early = purge(select(Selector.Kind.TAG, "t"));
        Purge late = new Purge(early.selector(), false, false, other.id(), NOW + 1);
        PurgeSet.Entry one = entry(early, issuer);
        PurgeSet.Entry two = entry(late, other);
        PurgeSet forward = new PurgeSet();
        assertThat(forward.add(one).news()).isTrue();
        assertThat(forward.add(two).replaced()).contains(one);
        PurgeSet backward = new PurgeSet();
        backward.add(two);
        PurgeSet.Added again = backward.add(one);
        assertThat(again.news()).isFalse();
        assertThat(again.holding()).isEqualTo(two);
        assertThat(backward.fingerprint()).isEqualTo(forward.fingerprint());
        assertThat(forward.digests()).containsExactly(two.digest());
        assertThat(forward.find(one.digest())).isEmpty();
        forward.remove(two);
        assertThat(forward.size()).isZero();
        assertThat(forward.voidUntil("n", List.of("t"), issuer.id())).isEqualTo(PurgeIndex.NEVER);
    }

    private static PurgeSet.Entry entry(Purge purge, Signer signer) {
        byte[] signed = purge.sign(signer);
        return new PurgeSet.Entry(Digest.of(signed), purge, signed.length);
    }

    @Test
    void aPurgeReachesWhatAClockThatIsAheadHasPublished() {
        FutureManifests future = new FutureManifests();
        Selector tag = select(Selector.Kind.TAG, "t");
        future.add(manifest("past", issuer, NOW, "t"), NOW);
        assertThat(future.latest(tag, Optional.empty(), NOW)).isEqualTo(NOW);
        future.add(manifest("a", issuer, NOW + 20, "t"), NOW);
        future.add(manifest("b", other, NOW + 30, "t"), NOW);
        future.add(manifest("c", issuer, NOW + 40, "u"), NOW);
        assertThat(future.latest(tag, Optional.empty(), NOW)).isEqualTo(NOW + 30);
        assertThat(future.latest(tag, Optional.of(issuer.id()), NOW)).isEqualTo(NOW + 20);
        assertThat(future.latest(tag, Optional.empty(), NOW + 35)).isEqualTo(NOW + 35);
    }

    @Test
    void ofTooManyManifestsOfTheFutureTheLatestCountsForAll() {
        FutureManifests future = new FutureManifests();
        for (int i = 0; i < FutureManifests.MAX; i++) {
            future.add(manifest("n" + i, issuer, NOW + 1, "t"), NOW);
        }
        Selector other = select(Selector.Kind.TAG, "other");
        assertThat(future.latest(other, Optional.empty(), NOW)).isEqualTo(NOW);
        future.add(manifest("one more", issuer, NOW + 2, "t"), NOW);
        assertThat(future.latest(other, Optional.empty(), NOW)).isEqualTo(NOW + 2);
    }
}
