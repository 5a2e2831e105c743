package org.stoq.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.call.Role;
import org.stoq.testkit.ManualClock;

class CertificateAuthorityTest {
    private static final Duration DAY = Duration.ofHours(24);

    @TempDir private Path temporary;

    private final ManualClock clock = new ManualClock();
    private final KeyPair tlsKey = IdentityKey.newKeyPair();
    private final NodeId id = NodeId.of(IdentityKey.newKeyPair().getPublic());
    private CertificateAuthority authority;

    @BeforeEach
    void makeAnAuthority() throws IOException {
        authority = CertificateAuthority.create(temporary.resolve("ca"), "test", clock);
    }

    @Test
    void isAnEd25519AuthorityOfTenYearsThatMakesNoOthers() {
        X509Certificate certificate = authority.certificate();

        assertThat(certificate.getBasicConstraints()).isZero();
        assertThat(certificate.getSigAlgName()).isEqualTo("Ed25519");
        assertThat(Duration.between(clock.instant(), certificate.getNotAfter().toInstant()))
                .isEqualTo(Duration.ofDays(3_650));
        assertThat(certificate.getKeyUsage()[5]).as("keyCertSign").isTrue();
    }

    @Test
    void certifiesANodeWithItsNamesForBothSidesOfTls() throws Exception {
        X509Certificate leaf = issue(Role.NODE, List.of("edge.example", "2001:db8::7"));

        assertThat(leaf.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(6, "stoq:" + id),
                        List.of(2, "edge.example"),
                        List.of(7, "2001:db8:0:0:0:0:0:7"));
        assertThat(leaf.getExtendedKeyUsage())
                .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getNotAfter().toInstant()).isEqualTo(clock.instant().plus(DAY));
        assertThat(leaf.getExtensionValue("2.5.29.14")).as("key identifier").isNotNull();
        assertThat(leaf.getExtensionValue("2.5.29.35")).as("key identifier of CA").isNotNull();
        validate(leaf, authority);
    }

    @Test
    void serialNumbersAreLongAndNeverTheSame() throws IOException {
        Set<BigInteger> serials = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            serials.add(issue(Role.NODE, List.of()).getSerialNumber());
        }
        assertThat(serials).hasSize(50).allMatch(serial -> serial.bitLength() > 64);
    }

    @Test
    void openingAnAuthorityGivesTheSameOne() throws Exception {
        CertificateAuthority opened = CertificateAuthority.open(temporary.resolve("ca"), clock);

        assertThat(opened.certificate()).isEqualTo(authority.certificate());
        validate(
                opened.issue(new LeafRequest(tlsKey.getPublic(), id, Role.NODE, List.of(), DAY)),
                authority);
    }

    @Test
    void anotherAuthorityOfTheSameNameIsNotBelieved() throws IOException {
        CertificateAuthority other =
                CertificateAuthority.create(temporary.resolve("other"), "test", clock);
        X509Certificate leaf =
                other.issue(new LeafRequest(tlsKey.getPublic(), id, Role.NODE, List.of(), DAY));

        assertThat(LeafCheck.isIssuedBy(leaf, authority.certificate())).isFalse();
        assertThatThrownBy(() -> validate(leaf, authority))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void aLeafIsNoAuthority() throws Exception {
        X509Certificate leaf = issue(Role.OPERATOR, List.of());

        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getKeyUsage()[5]).as("keyCertSign").isFalse();
    }

    @Test
    void certificatesEndWithTheirAuthority() throws IOException {
        clock.advance(Duration.ofDays(3_649).plusHours(12));

        assertThat(issue(Role.NODE, List.of()).getNotAfter())
                .isEqualTo(authority.certificate().getNotAfter());
    }

    @Test
    void anExpiredAuthorityIssuesNothing() {
        clock.advance(Duration.ofDays(3_651));

        assertThatThrownBy(() -> issue(Role.NODE, List.of()))
                .isInstanceOf(TrustException.class)
                .hasMessageContaining("was valid until")
                .extracting(e -> ((TrustException) e).hint())
                .asString()
                .contains("stoq ca init");
    }

    @Test
    void neverReplacesAnAuthority() throws IOException {
        Path folder = temporary.resolve("ca");
        assertThatThrownBy(() -> CertificateAuthority.create(folder, "again", clock))
                .isInstanceOf(TrustException.class)
                .hasMessageContaining("holds an authority already");

        Files.delete(folder.resolve("ca.key"));
        byte[] before = Files.readAllBytes(folder.resolve("ca.pem"));
        assertThatThrownBy(() -> CertificateAuthority.create(folder, "again", clock))
                .isInstanceOf(TrustException.class)
                .hasMessageContaining("whose key is elsewhere");
        assertThat(Files.readAllBytes(folder.resolve("ca.pem"))).isEqualTo(before);
    }

    private X509Certificate issue(Role role, List<String> names) throws IOException {
        return authority.issue(new LeafRequest(tlsKey.getPublic(), id, role, names, DAY));
    }

    private void validate(X509Certificate leaf, CertificateAuthority by)
            throws GeneralSecurityException {
        PKIXParameters parameters =
                new PKIXParameters(Set.of(new TrustAnchor(by.certificate(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(clock.instant()));
        CertPathValidator.getInstance("PKIX")
                .validate(
                        CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf)),
                        parameters);
    }
}
