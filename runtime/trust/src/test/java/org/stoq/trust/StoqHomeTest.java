package org.stoq.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.call.Role;
import org.stoq.testkit.ManualClock;

class StoqHomeTest {
    @TempDir private Path temporary;

    private final ManualClock clock = new ManualClock();
    private StoqHome home;
    private Path data;

    @BeforeEach
    void choosePlaces() {
        home = new StoqHome(temporary.resolve("home"));
        data = temporary.resolve("data");
    }

    @Test
    void makesWhatIsMissingAndKeepsIt() throws IOException {
        Certified first = home.node(data, List.of("2001:db8::7"), clock);
        Certified again = home.node(data, List.of("2001:db8::7"), clock);
        assertThat(again.identity().id()).isEqualTo(first.identity().id());
        assertThat(again.chain()).isEqualTo(first.chain());
        assertThat(first.credentials(true).anonymousPeers()).isTrue();
        assertThat(NodeId.of(first.chain().getFirst().getPublicKey()))
                .as("the TLS key is not the identity key")
                .isNotEqualTo(first.identity().id());
    }

    @Test
    void keysAreForTheirOwnerOnly() throws IOException {
        home.node(data, List.of(), clock);
        Path key = data.resolve("identity/identity.key");
        assertThat(permissions(key)).isEqualTo("rw-------");
        assertThat(permissions(data.resolve("identity/key.pem"))).isEqualTo("rw-------");
        assertThat(permissions(home.authorityFolder().resolve("ca.key"))).isEqualTo("rw-------");
        assertThat(permissions(data.resolve("identity"))).isEqualTo("rwx------");

        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        TrustException refusal = refusal(() -> home.node(data, List.of(), clock));
        assertThat(refusal).hasMessageContaining("others may read");
        assertThat(refusal.hint()).isEqualTo("chmod 600 " + key);
    }

    @Test
    void issuesAnewBeforeTheEnd() throws IOException {
        Certified first = home.node(data, List.of(), clock);
        clock.advance(Duration.ofDays(19));
        assertThat(home.node(data, List.of(), clock).chain()).isEqualTo(first.chain());
        clock.advance(Duration.ofDays(2));
        Certified later = home.node(data, List.of(), clock);
        assertThat(later.chain()).isNotEqualTo(first.chain());
        assertThat(later.identity().id()).isEqualTo(first.identity().id());
    }

    @Test
    void issuesAnewForAnotherName() throws IOException {
        Certified first = home.node(data, List.of(), clock);
        assertThat(home.node(data, List.of("edge.example"), clock).chain())
                .isNotEqualTo(first.chain());
    }

    @Test
    void saysThatACertificateHasExpiredWhereNobodyCanIssueAnother() throws IOException {
        NodeId id = home.node(data, List.of(), clock).identity().id();
        Files.delete(home.authorityFolder().resolve("ca.key"));
        clock.advance(Duration.ofDays(31));
        TrustException refusal = refusal(() -> home.node(data, List.of(), clock));
        assertThat(refusal).hasMessageContaining("has expired: it is valid from");
        assertThat(refusal.hint()).startsWith("stoq ca issue --node-id " + id);
    }

    @Test
    void saysWhomToIssueACertificateForWhereTheAuthoritysKeyIs() throws IOException {
        home.operator(clock);
        Files.delete(home.authorityFolder().resolve("ca.key"));
        TrustException refusal = refusal(() -> home.node(data, List.of("edge.example"), clock));
        assertThat(refusal).hasMessageContaining("whose key is elsewhere");
        NodeId id = StoqHome.identityIn(data.resolve("identity"));
        assertThat(refusal.hint())
                .endsWith(Renewal.command(id, Role.NODE, List.of("edge.example")));
    }

    @Test
    void tellsWhoseIdentityLiesInAFolderAndMakesNone() throws IOException {
        NodeId id = home.node(data, List.of(), clock).identity().id();
        assertThat(StoqHome.identityIn(data.resolve("identity"))).isEqualTo(id);
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> StoqHome.identityIn(temporary));
        assertThat(temporary.resolve("identity.key")).doesNotExist();
    }

    @Test
    void itsKeyManagerOffersTheOneCertificateWhateverIsAskedFor() throws IOException {
        Certified node = home.node(data, List.of(), clock);
        X509ExtendedKeyManager manager = node.credentials(false).keyManager();
        for (String type : List.of("RSA", "EdDSA", "ed25519")) {
            String server = manager.chooseEngineServerAlias(type, null, null);
            String client = manager.chooseEngineClientAlias(new String[] {type}, null, null);
            assertThat(manager.getCertificateChain(server)).isEqualTo(node.chain().toArray());
            assertThat(manager.getPrivateKey(client)).isEqualTo(node.key());
        }
    }

    @Test
    void refusesACertificateOfAnotherKeyOrIdentity() throws IOException {
        home.node(data, List.of(), clock);
        Path other = temporary.resolve("other");
        home.node(other, List.of(), clock);
        Path authorities = home.authorityFolder().resolve("ca.pem");
        Path mine = data.resolve("identity");
        Path theirs = other.resolve("identity");
        assertThat(
                        refusal(() ->
                                StoqHome.read(
                                        mine.resolve("identity.key"),
                                        theirs.resolve("cert.pem"),
                                        mine.resolve("key.pem"),
                                        authorities,
                                        clock)))
                .hasMessageContaining("do not belong together");
        assertThat(
                        refusal(() ->
                                StoqHome.read(
                                        mine.resolve("identity.key"),
                                        theirs.resolve("cert.pem"),
                                        theirs.resolve("key.pem"),
                                        authorities,
                                        clock)))
                .hasMessageContaining("is not for the identity");
    }

    @Test
    void theSystemPropertyNamesTheHome() {
        String before = System.getProperty(StoqHome.HOME_PROPERTY);
        System.setProperty(StoqHome.HOME_PROPERTY, "/somewhere");
        try {
            assertThat(StoqHome.ofUser()).isEqualTo(new StoqHome(Path.of("/somewhere")));
        } finally {
            if (before == null) {
                System.clearProperty(StoqHome.HOME_PROPERTY);
            } else {
                System.setProperty(StoqHome.HOME_PROPERTY, before);
            }
        }
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static TrustException refusal(ThrowingCallable call) {
        TrustException refusal = catchThrowableOfType(TrustException.class, call);
        assertThat(refusal).isNotNull();
        return refusal;
    }
}
