package org.stoq.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.config.ServerConfig;
import org.stoq.sdk.transport.Credentials;
import org.stoq.testkit.ManualClock;
import org.stoq.trust.Certified;
import org.stoq.trust.StoqHome;

/** Two thirds of 36 hours are a day: decision 3. */
@Timeout(60)
class NodeCertificateTest {
    private static final Duration DAY = Duration.ofHours(24);
    private static final String HOME = StoqHome.HOME_PROPERTY;

    @TempDir private Path folder;

    private final ManualClock clock = new ManualClock();
    private final List<Credentials> told = new ArrayList<>();

    @BeforeEach
    void live() {
        System.setProperty(HOME, folder.resolve("home").toString());
    }

    @AfterEach
    void leave() {
        System.clearProperty(HOME);
    }

    private ServerConfig config(Map<String, String> more) {
        Map<String, Object> values = new HashMap<>(more);
        values.put("data_dir", folder.resolve("data").toString());
        return ServerConfig.TABLE.read(values);
    }

    private NodeCertificate certificate() throws IOException {
        ServerConfig server = config(Map.of());
        return new NodeCertificate(() -> NodeKeys.read(server, clock), clock);
    }

    private static Instant end(Credentials credentials) {
        return credentials.chain().getFirst().getNotAfter().toInstant();
    }

    @Test
    void aCertificateIsRenewedAfterADayAndItsSuccessorAfterAnother() throws Exception {
        NodeCertificate certificate = certificate();
        Credentials first = certificate.credentials();
        certificate.follow(first, told::add);
        assertThat(end(first)).isEqualTo(clock.instant().plus(Duration.ofHours(36)));

        clock.advance(DAY.minusMinutes(5));
        certificate.check();
        assertThat(certificate.credentials()).isSameAs(first);

        clock.advance(Duration.ofMinutes(5));
        certificate.check();
        Credentials second = certificate.credentials();
        assertThat(told).containsExactly(second);
        assertThat(second.key()).isNotEqualTo(first.key());
        assertThat(Duration.between(clock.instant(), end(first))).isEqualTo(Duration.ofHours(12));
        assertThat(end(second)).isEqualTo(clock.instant().plus(Duration.ofHours(36)));

        clock.advance(DAY);
        certificate.check();
        certificate.check();
        assertThat(told).hasSize(2);
        assertThat(certificate.first().identity().id())
                .isEqualTo(NodeKeys.read(config(Map.of()), clock).identity().id());
    }

    @Test
    void theInstantOfRenewalIsTheSameForTheNodeAndForWhoIssues() throws Exception {
        NodeCertificate certificate = certificate();
        Credentials first = certificate.credentials();
        Instant begin = first.chain().getFirst().getNotBefore().toInstant();
        Duration third = Duration.between(begin, end(first)).dividedBy(3);

        clock.advance(Duration.between(clock.instant(), end(first).minus(third).minusNanos(1)));
        certificate.check();
        assertThat(certificate.credentials()).isSameAs(first);

        clock.advance(Duration.ofNanos(1));
        certificate.check();
        assertThat(certificate.credentials()).isNotEqualTo(first);
    }

    @Test
    void whoComesAfterARenewalIsToldAtOnceAndWhoHasGoneIsNot() throws Exception {
        NodeCertificate certificate = certificate();
        Credentials first = certificate.credentials();
        certificate.follow(first, told::add).close();
        clock.advance(DAY);
        certificate.check();
        assertThat(told).isEmpty();
        certificate.follow(first, told::add);
        assertThat(told).containsExactly(certificate.credentials());
    }

    @Test
    void withoutTheAuthoritysKeyTheCertificateStays() throws Exception {
        NodeCertificate certificate = certificate();
        Credentials first = certificate.credentials();
        Files.delete(folder.resolve("home/ca/ca.key"));
        clock.advance(DAY);
        certificate.check();
        assertThat(certificate.credentials()).isEqualTo(first);
        // Expired, it cannot be read any more, and is still what there is.
        clock.advance(DAY);
        certificate.check();
        assertThat(certificate.credentials()).isEqualTo(first);
    }

    @Test
    void theLifetimeOfTheConfigurationHoldsForCertificatesThatAreThere() throws Exception {
        Credentials first = certificate().credentials();
        ServerConfig shorter = config(Map.of("certificate_lifetime", "2h"));
        NodeCertificate second = new NodeCertificate(() -> NodeKeys.read(shorter, clock), clock);
        assertThat(second.credentials()).isNotEqualTo(first);
        assertThat(end(second.credentials())).isEqualTo(clock.instant().plus(Duration.ofHours(2)));
    }

    @Test
    void filesThatAreConfiguredAreReadAgainWhenTheyChangeAndFit() throws Exception {
        InstantSource now = InstantSource.system();
        Path identity = folder.resolve("data/identity");
        Path chain = folder.resolve("cert.pem");
        Path key = folder.resolve("key.pem");
        StoqHome home = StoqHome.ofUser();
        home.node(folder.resolve("data"), List.of(), Duration.ofHours(9), now);
        move(identity, chain, key);
        ServerConfig server =
                config(Map.of("cert_path", chain.toString(), "key_path", key.toString()));
        LinkedBlockingQueue<Credentials> renewed = new LinkedBlockingQueue<>();
        NodeKeys keys = new NodeKeys(server, now);
        try {
            Credentials first = keys.credentials();
            keys.follow(first, renewed::add);
            // Another pair for the same identity.
            home.node(folder.resolve("data"), List.of(), Duration.ofHours(8), now);
            move(identity, chain, key);
            Credentials second = renewed.poll(30, TimeUnit.SECONDS);
            assertThat(second).isNotNull().isNotEqualTo(first).isEqualTo(keys.credentials());
        } finally {
            keys.close();
        }
    }

    @Test
    void filesThatChangeWhileTheyAreReadFirstAreReadAgain() throws Exception {
        InstantSource now = InstantSource.system();
        Path identity = folder.resolve("data/identity");
        Path chain = folder.resolve("cert.pem");
        Path key = folder.resolve("key.pem");
        StoqHome home = StoqHome.ofUser();
        home.node(folder.resolve("data"), List.of(), Duration.ofHours(9), now);
        move(identity, chain, key);
        ServerConfig server =
                config(Map.of("cert_path", chain.toString(), "key_path", key.toString()));
        Certified first = NodeKeys.read(server, now);
        AtomicBoolean begun = new AtomicBoolean();
        NodeCertificate.Source source =
                () -> {
                    if (begun.getAndSet(true)) {
                        return NodeKeys.read(server, now);
                    }
                    // Somebody renews them between the reading and its end.
                    home.node(folder.resolve("data"), List.of(), Duration.ofHours(8), now);
                    move(identity, chain, key);
                    return first;
                };
        LinkedBlockingQueue<Credentials> renewed = new LinkedBlockingQueue<>();
        NodeKeys keys = new NodeKeys(server, source, now);
        try {
            keys.follow(first.credentials(true), renewed::add);
            assertThat(renewed.poll(30, TimeUnit.SECONDS))
                    .isNotNull()
                    .isEqualTo(NodeKeys.read(server, now).credentials(true));
        } finally {
            keys.close();
        }
    }

    /** Takes the pair away from where it was made, the key last: in between they do not fit. */
    private static void move(Path identity, Path chain, Path key) throws IOException {
        Files.move(identity.resolve("cert.pem"), chain, StandardCopyOption.REPLACE_EXISTING);
        Files.move(identity.resolve("key.pem"), key, StandardCopyOption.REPLACE_EXISTING);
    }
}
