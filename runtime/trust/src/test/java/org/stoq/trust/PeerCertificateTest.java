package org.stoq.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.PeerCertificate;
import org.stoq.sdk.call.Role;

class PeerCertificateTest {
    private static final String ID =
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @TempDir private Path temporary;

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"NODE", "OPERATOR"})
    void readsWhatTheAuthorityHasWritten(Role role) throws IOException {
        CertificateAuthority authority =
                CertificateAuthority.create(temporary, "test", InstantSource.system());
        NodeId id = NodeId.parse(ID);
        X509Certificate leaf =
                authority.issue(
                        new LeafRequest(
                                IdentityKey.newKeyPair().getPublic(),
                                id,
                                role,
                                List.of("stoq.example"),
                                Duration.ofHours(1)));

        assertThat(PeerCertificate.of(List.of(leaf, authority.certificate())))
                .contains(new PeerCertificate(id, role));
    }

    @Test
    void aPeerWithoutCertificateIsNobody() throws StoqException {
        assertThat(PeerCertificate.of(List.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "https://example.org/",
                "stoq:",
                "stoq:0123",
                "stoq:" + ID + "00",
                "stoq:" + ID + " stoq:" + ID,
                "stoq-role:operator"
            })
    void refusesWhatDoesNotNameExactlyOneNode(String uris) throws Exception {
        X509Certificate leaf = selfSigned(uris.split(" ", -1));

        assertThatThrownBy(() -> PeerCertificate.of(leaf))
                .isInstanceOf(StoqException.class)
                .extracting(e -> ((StoqException) e).code())
                .isEqualTo(StoqErrorCode.CERTIFICATE_REFUSED);
    }

    @Test
    void unknownRolesGiveNoMoreRights() throws Exception {
        assertThat(PeerCertificate.of(selfSigned("stoq:" + ID, "stoq-role:emperor")).role())
                .isEqualTo(Role.NODE);
    }

    private static X509Certificate selfSigned(String... uris) throws Exception {
        KeyPair pair = IdentityKey.newKeyPair();
        X500Name name = new X500Name("CN=test");
        JcaX509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(Instant.EPOCH),
                        Date.from(Instant.EPOCH),
                        name,
                        pair.getPublic());
        GeneralName[] names =
                Arrays.stream(uris)
                        .filter(uri -> !uri.isEmpty())
                        .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
                        .toArray(GeneralName[]::new);
        if (names.length > 0) {
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("Ed25519").build(pair.getPrivate())));
    }
}
