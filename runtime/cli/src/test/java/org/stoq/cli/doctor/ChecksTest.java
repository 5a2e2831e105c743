package org.stoq.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.cli.doctor.Finding.Level;
import org.stoq.cli.terminal.Amounts;
import org.stoq.sdk.config.HostPort;
import org.stoq.trust.StoqHome;

class ChecksTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    @TempDir private Path folder;

    @Test
    void javaIsNewEnoughFrom25On() {
        assertThat(SystemChecks.java(24, "24").level()).isEqualTo(Level.FAIL);
        assertThat(SystemChecks.java(24, "24").mend()).contains("JAVA_HOME");
        assertThat(SystemChecks.java(25, "25").level()).isEqualTo(Level.OK);
    }

    @Test
    void aClockOfThePastOrFarFutureIsWrong() {
        Instant earliest = Instant.parse("2026-01-01T00:00:00Z");
        Instant latest = Instant.parse("2100-01-01T00:00:00Z");

        assertThat(clock(earliest)).isEqualTo(Level.OK);
        assertThat(clock(earliest.minusNanos(1))).isEqualTo(Level.FAIL);
        assertThat(clock(latest)).isEqualTo(Level.OK);
        assertThat(clock(latest.plusNanos(1))).isEqualTo(Level.FAIL);
    }

    private static Level clock(Instant now) {
        return SystemChecks.clock(InstantSource.fixed(now)).level();
    }

    @Test
    void fewOpenFilesAreAWarning() {
        assertThat(SystemChecks.files(4_096).level()).isEqualTo(Level.OK);
        assertThat(SystemChecks.files(4_095).level()).isEqualTo(Level.WARN);
        assertThat(SystemChecks.files().detail()).isNotEmpty();
    }

    @Test
    void smallSocketBuffersAreAWarningWithTheCommandThatRaisesThem() throws IOException {
        Files.writeString(folder.resolve("rmem_max"), "4194304\n");
        Files.writeString(folder.resolve("wmem_max"), "4194303\n");

        List<Finding> findings = SystemChecks.buffers(folder);

        assertThat(findings).extracting(Finding::level).containsExactly(Level.OK, Level.WARN);
        assertThat(findings.get(1).mend()).isEqualTo("sysctl -w net.core.wmem_max=4194304");
        Files.delete(folder.resolve("rmem_max"));
        assertThat(SystemChecks.buffers(folder).getFirst().level()).isEqualTo(Level.WARN);
    }

    @Test
    void theKernelsOwnFilesAreReadWhole() throws Exception {
        Path kernel = Path.of("/proc/sys/net/core");
        if (!Files.exists(kernel.resolve("rmem_max"))) {
            assertThat(SystemChecks.buffers(kernel).getFirst().level()).isEqualTo(Level.WARN);
            return;
        }
        Process cat = new ProcessBuilder("cat", kernel.resolve("rmem_max").toString()).start();
        String text = new String(cat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        long bytes = Long.parseLong(text.strip());

        assertThat(SystemChecks.buffers(kernel).getFirst().detail())
                .startsWith(Amounts.bytes(bytes));
    }

    @Test
    void loopbackAndHandshakeReallyWork() throws Exception {
        assertThat(NetworkChecks.loopback().level()).isEqualTo(Level.OK);
        Finding quic = NetworkChecks.quic(InstantSource.system(), System::nanoTime);
        assertThat(quic.level()).as(quic.detail()).isEqualTo(Level.OK);
        assertThat(quic.detail()).contains("[::1]:").doesNotContain("anonymous");
    }

    @Test
    void aTakenPortIsFineOnlyIfAnOwnNodeAnswers() throws IOException {
        try (DatagramSocket taken =
                new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0))) {
            HostPort port = new HostPort("::1", taken.getLocalPort());

            Finding stranger = NetworkChecks.port(port, target -> Optional.empty());
            assertThat(stranger.level()).isEqualTo(Level.FAIL);
            assertThat(stranger.mend()).contains("ss -ulpn sport = :" + port.port());
            Finding own = NetworkChecks.port(port, target -> Optional.of("node at " + target));
            assertThat(own.level()).isEqualTo(Level.OK);
            assertThat(own.detail()).isEqualTo("node at " + port);
        }
        assertThat(NetworkChecks.port(new HostPort("::1", 0), t -> Optional.empty()).level())
                .isEqualTo(Level.OK);
    }

    @Test
    void roomOnTheDiskHasTwoLimits() {
        assertThat(StorageChecks.room(folder, 1L << 30).level()).isEqualTo(Level.OK);
        assertThat(StorageChecks.room(folder, (1L << 30) - 1).level()).isEqualTo(Level.WARN);
        assertThat(StorageChecks.room(folder, 100L << 20).level()).isEqualTo(Level.WARN);
        assertThat(StorageChecks.room(folder, (100L << 20) - 1).level()).isEqualTo(Level.FAIL);
    }

    @Test
    void aFolderThatDoesNotExistYetIsLookedAtFromAbove() throws IOException {
        List<Finding> findings =
                StorageChecks.disk(folder.resolve("not/yet/there"), System::nanoTime);

        assertThat(findings).extracting(Finding::check).containsExactly("disk", "fsync");
        assertThat(findings.get(1).level()).isNotEqualTo(Level.FAIL);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFileInThePlaceOfTheDataFolderIsAFault() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");

        assertThat(StorageChecks.disk(file, System::nanoTime))
                .extracting(Finding::level)
                .containsExactly(Level.FAIL);
    }

    @Test
    void aSlowDiskIsAWarning() throws IOException {
        var ticks = new AtomicLong();
        long step = Duration.ofMillis(101).toNanos();

        List<Finding> findings = StorageChecks.disk(folder, () -> ticks.getAndAdd(step));

        assertThat(findings.get(1).level()).isEqualTo(Level.WARN);
    }

    @Test
    void validityHasEdges() {
        Instant from = NOW.minus(Duration.ofDays(21));
        Duration week = Duration.ofDays(7);

        assertThat(validity(from, NOW.plus(week))).isEqualTo(Level.OK);
        assertThat(validity(from, NOW.plus(week).minusSeconds(1))).isEqualTo(Level.WARN);
        assertThat(validity(from, NOW)).isEqualTo(Level.WARN);
        assertThat(validity(from, NOW.minusNanos(1))).isEqualTo(Level.FAIL);
        assertThat(validity(NOW, NOW.plus(week))).isEqualTo(Level.OK);
        assertThat(validity(NOW.plusNanos(1), NOW.plus(week))).isEqualTo(Level.FAIL);
    }

    private static Level validity(Instant from, Instant until) {
        return CertificateChecks.validity("x", from, until, NOW, "mend").level();
    }

    @Test
    void certificatesAndKeysOfAHomeAreLookedAt() throws IOException {
        Path homeFolder = folder.resolve("home");
        Path data = folder.resolve("data");
        Path identity = data.resolve("identity");
        assertThat(CertificateChecks.of(homeFolder, identity, NOW))
                .extracting(Finding::level)
                .containsExactly(Level.OK);
        StoqHome home = new StoqHome(homeFolder);
        home.operator(InstantSource.fixed(NOW));
        home.node(data, List.of(), InstantSource.fixed(NOW));

        assertThat(CertificateChecks.of(homeFolder, identity, NOW))
                .extracting(Finding::level)
                .containsExactly(Level.OK, Level.OK, Level.OK);
        assertThat(CertificateChecks.of(homeFolder, identity, NOW.plus(Duration.ofDays(31))))
                .extracting(Finding::level)
                .containsExactly(Level.OK, Level.FAIL, Level.FAIL);

        Path key = identity.resolve("key.pem");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(CertificateChecks.of(homeFolder, identity, NOW).getLast().mend())
                .isEqualTo("chmod 600 " + key);
    }

    @Test
    void aCertificateOfAnotherAuthorityIsAFault() throws IOException {
        Path homeFolder = folder.resolve("home");
        new StoqHome(homeFolder).operator(InstantSource.fixed(NOW));
        new StoqHome(folder.resolve("elsewhere"))
                .node(folder.resolve("data"), List.of(), InstantSource.fixed(NOW));

        List<Finding> findings =
                CertificateChecks.of(homeFolder, folder.resolve("data/identity"), NOW);

        assertThat(findings.getLast().level()).isEqualTo(Level.FAIL);
        assertThat(findings.getLast().detail()).contains("was not issued by");
    }

    @Test
    void whereTheAuthoritysKeyIsACertificateIsMendedByUsingIt() throws IOException {
        Path homeFolder = folder.resolve("home");
        Path data = folder.resolve("data");
        StoqHome home = new StoqHome(homeFolder);
        home.operator(InstantSource.fixed(NOW));
        home.node(data, List.of(), InstantSource.fixed(NOW));
        Instant later = NOW.plus(Duration.ofDays(31));

        List<Finding> findings = CertificateChecks.of(homeFolder, data.resolve("identity"), later);
        assertThat(findings)
                .extracting(Finding::mend)
                .containsExactly(
                        "",
                        "any command to a node makes another one: stoq status",
                        "start the node: it makes another one");
        home.operator(InstantSource.fixed(later));
        home.node(data, List.of(), InstantSource.fixed(later));
        assertThat(CertificateChecks.of(homeFolder, data.resolve("identity"), later))
                .extracting(Finding::level)
                .containsOnly(Level.OK);

        Path broken = Files.writeString(data.resolve("identity/cert.pem"), "x");
        assertThat(CertificateChecks.of(homeFolder, data.resolve("identity"), later).get(2).mend())
                .startsWith("rm " + broken + "; ");
    }

    @Test
    void anAuthorityThatHasExpiredIsBegunAnew() throws IOException {
        Path homeFolder = folder.resolve("it's home");
        new StoqHome(homeFolder).authority(InstantSource.fixed(NOW));
        Instant later = NOW.plus(Duration.ofDays(3_651));
        Path identity = folder.resolve("data/identity");
        String path = homeFolder.toString().replace("'", "'\\''") + "/ca";

        assertThat(CertificateChecks.of(homeFolder, identity, later).getFirst().mend())
                .isEqualTo("begin anew: mv '%1$s' '%1$s'.old && stoq ca init".formatted(path));

        Files.delete(homeFolder.resolve("ca/ca.key"));
        assertThat(CertificateChecks.of(homeFolder, identity, later).getFirst().mend())
                .startsWith("copy it from where");
    }

    @Test
    void aCheckThatBreaksIsAFinding() {
        List<Finding> findings =
                Check.safely(
                        "thing",
                        () -> {
                            throw new IOException("broken");
                        });

        assertThat(findings).extracting(Finding::level).containsExactly(Level.FAIL);
        assertThat(findings.getFirst().detail()).contains("broken");
    }
}
