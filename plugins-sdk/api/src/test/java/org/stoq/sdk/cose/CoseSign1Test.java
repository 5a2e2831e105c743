package org.stoq.sdk.cose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

class CoseSign1Test {
    private static final SigningDomain DOMAIN = new SigningDomain("content", "manifest");

    /** RFC 8032 s.7.1, test 1. */
    private final Ed25519Signer signer =
            new Ed25519Signer(
                    HexFormat.of()
                            .parseHex(
                                    "9d61b19deffd5a60ba844af492ec2cc4"
                                            + "4449c5697b326919703bac031cae7f60"));

    @Test
    void keysAndSignaturesAgreeWithTheStandard() {
        assertThat(HexFormat.of().formatHex(signer.publicKey()))
                .isEqualTo("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assertThat(HexFormat.of().formatHex(signer.sign(new byte[0])))
                .isEqualTo(
                        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    }

    @Test
    void theIdIsThatOfTheKeyAsThePlatformEncodesIt() throws Exception {
        byte[] spki =
                HexFormat.of()
                        .parseHex(
                                "302a300506032b6570032100"
                                        + HexFormat.of().formatHex(signer.publicKey()));
        var key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
        assertThat(NodeId.of(key)).isEqualTo(signer.id());
        Signature platform = Signature.getInstance("Ed25519");
        platform.initVerify(key);
        platform.update(new byte[] {1, 2});
        assertThat(platform.verify(signer.sign(new byte[] {1, 2}))).isTrue();
    }

    @Test
    void whatWasSignedVerifies() throws StoqException {
        CoseSign1 signed = CoseSign1.sign(signer, DOMAIN, new byte[] {1, 2, 3});
        CoseSign1 verified = CoseSign1.verify(signed.encoded(), DOMAIN);
        assertThat(verified.payload()).containsExactly(1, 2, 3);
        assertThat(verified.signer()).isEqualTo(signer.id());
        assertThat(verified.encoded()).isEqualTo(signed.encoded());
    }

    @Test
    void thePayloadCanBeReadWithoutAVerificationButOnlyOfAWholeEncoding() throws StoqException {
        byte[] signed = CoseSign1.sign(signer, DOMAIN, new byte[] {1, 2, 3}).encoded();
        assertThat(CoseSign1.unverifiedPayload(signed)).containsExactly(1, 2, 3);
        for (int length = 0; length < signed.length; length++) {
            byte[] cut = Arrays.copyOf(signed, length);
            assertThat(
                            catchThrowableOfType(
                                    StoqException.class, () -> CoseSign1.unverifiedPayload(cut)))
                    .as(length + " bytes")
                    .isNotNull();
        }
    }

    @Test
    void aSignatureIsWorthNothingInAnotherDomain() {
        byte[] signed = CoseSign1.sign(signer, DOMAIN, new byte[] {1}).encoded();
        SigningDomain other = new SigningDomain("mesh", "have-list");
        assertThat(
                        catchThrowableOfType(
                                        StoqException.class, () -> CoseSign1.verify(signed, other))
                                .code())
                .isEqualTo(StoqErrorCode.INTEGRITY);
    }

    @Test
    void everyFlippedBitIsFound() {
        byte[] signed = CoseSign1.sign(signer, DOMAIN, new byte[] {1, 2, 3}).encoded();
        for (int bit = 0; bit < signed.length * 8; bit++) {
            byte[] damaged = signed.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(
                            catchThrowableOfType(
                                    StoqException.class, () -> CoseSign1.verify(damaged, DOMAIN)))
                    .as("bit " + bit)
                    .isNotNull();
        }
    }
}
