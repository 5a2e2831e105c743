package org.stoq.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.call.PeerCertificate;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cose.Ed25519Signer;
import org.stoq.testkit.ManualClock;

class TamperedFilesTest {
    @TempDir private Path temporary;

    private final ManualClock clock = new ManualClock();
    private StoqHome home;
    private Path data;
    private Path identity;

    @BeforeEach
    void start() throws IOException {
        home = new StoqHome(temporary.resolve("home"));
        data = temporary.resolve("data");
        identity = data.resolve("identity");
        home.node(data, List.of(), clock);
    }

    @Test
    void refusesKeysThatAreNoKeys() throws IOException {
        for (String text :
                List.of(
                        "",
                        "-----BEGIN PRIVATE KEY-----\n",
                        "-----END PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----\n",
                        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                        "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n")) {
            Files.writeString(identity.resolve("identity.key"), text);
            assertThat(refusal(() -> home.node(data, List.of(), clock)))
                    .as(text)
                    .hasMessageContaining("identity.key holds no");
        }
    }

    @Test
    void refusesCertificatesThatAreNoCertificates() throws IOException {
        for (String text :
                List.of("", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")) {
            Files.writeString(identity.resolve("cert.pem"), text);
            assertThat(refusal(() -> home.node(data, List.of(), clock)))
                    .as(text)
                    .hasMessageContaining("cert.pem holds no");
        }
    }

    @Test
    void refusesAnIdentityThatTheCertificateIsNotFor() throws IOException {
        Files.delete(identity.resolve("identity.key"));

        assertThat(refusal(() -> home.node(data, List.of(), clock)))
                .hasMessageContaining("is not for the identity");
    }

    @Test
    void mendsWhatAnInterruptedIssueHasLeft() throws IOException {
        PemFiles.writeKey(identity.resolve("key.pem"), IdentityKey.newKeyPair().getPrivate());

        Certified mended = home.node(data, List.of(), clock);

        assertThat(LeafCheck.belongTogether(mended.chain().getFirst(), mended.key())).isTrue();
    }

    @Test
    void mendsAnAuthorityThatWasNeverFinished() throws IOException {
        StoqHome fresh = new StoqHome(temporary.resolve("fresh"));
        PemFiles.makePrivateDirectory(fresh.authorityFolder());
        PemFiles.writeKey(
                fresh.authorityFolder().resolve("ca.key"), IdentityKey.newKeyPair().getPrivate());

        Certified operator = fresh.operator(clock);

        assertThat(
                        LeafCheck.isIssuedBy(
                                operator.chain().getFirst(), operator.authorities().getFirst()))
                .isTrue();
    }

    @Test
    void makesNoSecondAuthorityWhereOneIsTrusted() throws IOException {
        Files.delete(home.authorityFolder().resolve("ca.key"));

        assertThat(refusal(() -> home.operator(clock)))
                .hasMessageContaining("whose key is elsewhere");
        assertThat(home.node(data, List.of(), clock).authorities()).hasSize(1);
    }

    @Test
    void issuesAnewForAnotherAuthority() throws IOException {
        Certified before = home.node(data, List.of(), clock);
        Files.delete(home.authorityFolder().resolve("ca.key"));
        Files.delete(home.authorityFolder().resolve("ca.pem"));
        TrustException refusal = refusal(() -> home.node(data, List.of(), clock));
        assertThat(refusal).hasMessageContaining("ca.pem is missing");
        assertThat(refusal.hint()).contains("stoq ca init");

        CertificateAuthority.create(home.authorityFolder(), "another", clock);
        Certified after = home.node(data, List.of(), clock);

        assertThat(after.identity().id()).isEqualTo(before.identity().id());
        assertThat(after.authorities()).doesNotContainAnyElementsOf(before.authorities());
        assertThat(LeafCheck.isIssuedBy(after.chain().getFirst(), after.authorities().getFirst()))
                .isTrue();
    }

    @Test
    void anOperatorIsOneAndANodeIsNot() throws IOException {
        assertThat(PeerCertificate.of(home.operator(clock).chain()).orElseThrow().role())
                .isEqualTo(Role.OPERATOR);
        assertThat(
                        PeerCertificate.of(home.node(data, List.of(), clock).chain())
                                .orElseThrow()
                                .role())
                .isEqualTo(Role.NODE);
    }

    @Test
    void theIdentityKeySignsAsTheNode() throws Exception {
        Certified node = home.node(data, List.of(), clock);
        byte[] message = {1, 2, 3};
        Signature jdk = Signature.getInstance("Ed25519");
        jdk.initSign(PemFiles.readKey(identity.resolve("identity.key")));
        jdk.update(message);

        assertThat(node.identity().sign(message)).isEqualTo(jdk.sign());
    }

    @Test
    void readsKeysThatCarryTheirPublicHalf() throws IOException {
        byte[] secret = new byte[32];
        secret[0] = 7;
        byte[] encoded =
                PrivateKeyInfoFactory.createPrivateKeyInfo(new Ed25519PrivateKeyParameters(secret))
                        .getEncoded();
        assertThat(encoded).hasSizeGreaterThan(48);
        Path file = identity.resolve("identity.key");
        Files.writeString(
                file,
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getEncoder().encodeToString(encoded)
                        + "\n-----END PRIVATE KEY-----\n");

        assertThat(IdentityKey.readOrMake(file).id()).isEqualTo(new Ed25519Signer(secret).id());
    }

    private static TrustException refusal(ThrowingCallable call) {
        TrustException refusal = catchThrowableOfType(TrustException.class, call);
        assertThat(refusal).isNotNull();
        return refusal;
    }
}
