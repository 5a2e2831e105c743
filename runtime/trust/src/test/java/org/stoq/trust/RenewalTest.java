package org.stoq.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.call.Role;
import org.stoq.testkit.ManualClock;

class RenewalTest {
    /**
     * A third of a certificate's life, which begins five minutes early for the clocks of others.
     */
    private static final Duration THIRD = Duration.ofHours(12);

    private static final Duration LIFE = THIRD.multipliedBy(3).minusMinutes(5);

    @TempDir private Path temporary;

    private final ManualClock clock = new ManualClock();
    private StoqHome home;
    private Path data;

    @BeforeEach
    void choosePlaces() {
        home = new StoqHome(temporary.resolve("home"));
        data = temporary.resolve("data");
    }

    private Certified node(Instant now) throws IOException {
        return home.node(data, List.of(), LIFE, InstantSource.fixed(now));
    }

    @Test
    void isDueFromTheInstantOnWhenTwoThirdsOfTheLifeAreOver() throws IOException {
        X509Certificate leaf = node(clock.instant()).chain().getFirst();
        Instant due = leaf.getNotAfter().toInstant().minus(THIRD);
        assertThat(due).isEqualTo(leaf.getNotBefore().toInstant().plus(THIRD.multipliedBy(2)));

        assertThat(Renewal.isDue(leaf, due.minusNanos(1))).isFalse();
        assertThat(Renewal.isDue(leaf, due)).isTrue();
        assertThat(Renewal.isDue(leaf, leaf.getNotAfter().toInstant().plusSeconds(1))).isTrue();
    }

    @Test
    void theHomeIssuesAnewFromThatInstantOn() throws IOException {
        Certified first = node(clock.instant());
        Instant due = first.chain().getFirst().getNotAfter().toInstant().minus(THIRD);

        assertThat(node(due.minusNanos(1)).chain()).isEqualTo(first.chain());
        assertThat(node(due).chain()).isNotEqualTo(first.chain());
    }

    @Test
    void theCommandKeepsIdentityRoleAndNames() throws IOException {
        Certified plain = node(clock.instant());
        NodeId id = plain.identity().id();
        String begin = "stoq ca issue --node-id " + id;
        String end = " --out " + Renewal.folder(id);
        assertThat(Renewal.command(id, plain.chain().getFirst())).isEqualTo(begin + end);

        List<String> names = List.of("edge1.example", "2001:db8::7");
        Certified named = home.node(data, names, clock);
        assertThat(Renewal.command(id, named.chain().getFirst()))
                .isEqualTo(begin + " --name edge1.example --name 2001:db8:0:0:0:0:0:7" + end);

        Certified operator = home.operator(clock);
        assertThat(Renewal.command(operator.identity().id(), operator.chain().getFirst()))
                .startsWith("stoq ca issue --node-id " + operator.identity().id())
                .contains(" --role operator --out ");
    }

    @Test
    void aNameThatAShellWouldTakeForMoreIsLeftOut() throws IOException {
        NodeId id = node(clock.instant()).identity().id();

        assertThat(
                        Renewal.command(
                                id, Role.NODE, List.of("$(reboot)", "a b", "*.example", "--out")))
                .isEqualTo(Renewal.command(id, Role.NODE, List.of()));
    }
}
