package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cose.CoseSign1;
import org.stoq.sdk.cose.SigningDomain;

class ManifestTest {
    private final TestNode.Identity signer = new TestNode.Identity(1);
    private final TestNode.Identity other = new TestNode.Identity(2);

    private static List<ChunkRef> refs(int count, long length) {
        List<ChunkRef> refs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            refs.add(new ChunkRef(Digest.of(new byte[] {(byte) i, (byte) (i >> 8)}), length));
        }
        return refs;
    }

    private Manifest manifest(int refs, int depth) {
        return new Manifest(
                "a/b.html",
                "text/html",
                refs * 10L,
                Digest.of(new byte[] {1}),
                depth,
                refs(refs, 10),
                VersionVector.EMPTY.next(signer.id()).next(other.id()),
                signer.id(),
                1_700_000_000_000L,
                new Attributes(Attributes.Kind.SYMLINK, 0777, -5));
    }

    @Test
    void readsWhatItHasWrittenVerifiedOrNot() throws StoqException {
        for (int refs : new int[] {0, 1, ChunkList.MAX_REFS}) {
            Manifest manifest = manifest(refs, ChunkList.MAX_DEPTH);
            byte[] signed = manifest.sign(signer);
            assertThat(signed.length).isLessThan(Manifest.MAX_ENCODED_BYTES);
            assertThat(Manifest.verify(signed)).isEqualTo(manifest);
            assertThat(Manifest.ofSigned(signed)).isEqualTo(manifest);
        }
    }

    @Test
    void refusesOneReferenceOrLevelTooMany() {
        assertThatThrownBy(() -> manifest(ChunkList.MAX_REFS + 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> manifest(1, ChunkList.MAX_DEPTH + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> manifest(1, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesEveryChangedByte() {
        byte[] signed = manifest(3, 0).sign(signer);
        for (int i = 0; i < signed.length; i++) {
            byte[] changed = signed.clone();
            changed[i] ^= 0x40;
            assertThatThrownBy(() -> Manifest.verify(changed)).isInstanceOf(StoqException.class);
        }
        for (int length = 0; length < signed.length; length++) {
            byte[] cut = Arrays.copyOf(signed, length);
            assertThatThrownBy(() -> Manifest.verify(cut)).isInstanceOf(StoqException.class);
            assertThatThrownBy(() -> Manifest.ofSigned(cut)).isInstanceOf(StoqException.class);
        }
    }

    @Test
    void refusesWhatSomebodyElseHasSignedOrForAnotherPurpose() {
        assertThatThrownBy(() -> manifest(1, 0).sign(other))
                .isInstanceOf(IllegalArgumentException.class);
        byte[] payload = payload(manifest(1, 0));
        byte[] foreign = CoseSign1.sign(other, Manifest.DOMAIN, payload).encoded();
        ContentAdapterTest.assertCode(StoqErrorCode.INTEGRITY, () -> Manifest.verify(foreign));
        byte[] repurposed =
                CoseSign1.sign(signer, new SigningDomain("content", "other"), payload).encoded();
        ContentAdapterTest.assertCode(StoqErrorCode.INTEGRITY, () -> Manifest.verify(repurposed));
    }

    private byte[] payload(Manifest manifest) {
        try {
            return CoseSign1.verify(manifest.sign(signer), Manifest.DOMAIN).payload();
        } catch (StoqException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] resigned(CborMap.Builder changed) {
        return CoseSign1.sign(signer, Manifest.DOMAIN, changed.build().encode()).encoded();
    }

    private CborMap.Builder fields() {
        return CborMap.builder()
                .put(1, 1L)
                .put(2, "name")
                .put(3, "text/html")
                .put(4, 10L)
                .put(5, Digest.of(new byte[0]))
                .put(6, 0L)
                .put(7, List.of(Digest.of(new byte[] {1}).toBytes(), 10L))
                .put(8, List.of(signer.id().digest().toBytes(), 1L))
                .put(9, signer.id().digest())
                .put(10, 5L)
                .put(11, Attributes.FILE.toCbor());
    }

    @Test
    void refusesFieldsOfImpossibleValue() throws StoqException {
        assertThat(Manifest.verify(resigned(fields())).name()).isEqualTo("name");
        assertRefused(StoqErrorCode.UNSUPPORTED, fields().put(1, 2L));
        assertRefused(StoqErrorCode.UNSUPPORTED, fields().put(-1, 2L));
        assertRefused(StoqErrorCode.INVALID_REQUEST, fields().put(2, "../name"));
        assertRefused(StoqErrorCode.TOO_LARGE, fields().put(3, "t".repeat(256)));
        assertRefused(StoqErrorCode.INVALID_REQUEST, fields().put(4, 11L));
        assertRefused(StoqErrorCode.INVALID_REQUEST, fields().put(6, 5L));
        assertRefused(StoqErrorCode.INVALID_REQUEST, fields().put(6, 1L << 32));
        assertRefused(StoqErrorCode.INVALID_REQUEST, fields().put(10, -1L));
        assertRefused(StoqErrorCode.INVALID_REQUEST, fields().put(10, 1L << 53));
        assertThat(Manifest.verify(resigned(fields().put(10, (1L << 53) - 1))).createdMillis())
                .isEqualTo((1L << 53) - 1);
        byte[] d = Digest.of(new byte[] {1}).toBytes();
        // Lengths whose sum is ten only if it overflows.
        assertRefused(
                StoqErrorCode.INVALID_REQUEST,
                fields().put(7, List.of(d, Long.MAX_VALUE, d, Long.MAX_VALUE, d, 12L)));
        assertRefused(StoqErrorCode.INVALID_REQUEST, fields().put(7, List.of(d, 0L)));
        assertRefused(StoqErrorCode.TOO_LARGE, fields().put(7, List.of(d, 10L, d)));
    }

    private void assertRefused(StoqErrorCode code, CborMap.Builder fields) {
        ContentAdapterTest.assertCode(code, () -> Manifest.verify(resigned(fields)));
    }

    @Test
    void refusesAnEncodingThatIsTooLong() {
        ContentAdapterTest.assertCode(
                StoqErrorCode.TOO_LARGE,
                () -> Manifest.verify(new byte[Manifest.MAX_ENCODED_BYTES + 1]));
        ContentAdapterTest.assertCode(
                StoqErrorCode.INVALID_REQUEST,
                () -> Manifest.verify(new byte[Manifest.MAX_ENCODED_BYTES]));
    }

    @Test
    void countsNamesInBytes() throws StoqException {
        String longest = "ä".repeat(512);
        assertThat(Manifest.checkName(longest)).isEqualTo(longest);
        ContentAdapterTest.assertCode(
                StoqErrorCode.INVALID_REQUEST, () -> Manifest.checkName(longest + "a"));
        assertThat(Manifest.checkName("a/.b/..c/d e")).isEqualTo("a/.b/..c/d e");
    }

    @Test
    void readsAttributesWithinTheirRanges() throws StoqException {
        for (Attributes.Kind kind : Attributes.Kind.values()) {
            for (int mode : new int[] {0, 0777}) {
                Attributes attributes = new Attributes(kind, mode, -1);
                assertThat(Attributes.of(attributes.toCbor())).isEqualTo(attributes);
            }
        }
        assertThat(Attributes.of(CborMap.EMPTY)).isEqualTo(Attributes.FILE);
        for (CborMap bad :
                List.of(
                        CborMap.builder().put(1, 4L).build(),
                        CborMap.builder().put(1, -1L).build(),
                        CborMap.builder().put(2, 01000L).build(),
                        CborMap.builder().put(2, -1L).build(),
                        CborMap.builder().put(3, "now").build())) {
            ContentAdapterTest.assertCode(StoqErrorCode.INVALID_REQUEST, () -> Attributes.of(bad));
        }
    }
}
