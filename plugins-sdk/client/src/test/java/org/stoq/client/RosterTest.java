package org.stoq.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RosterTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Set<String> gone = new TreeSet<>();
    private final Map<String, Integer> streams = new HashMap<>();
    private final Random random = new Random(1);
    private final Roster<String> roster =
            new Roster<>(
                    new PoolOptions(3, 2, Duration.ofSeconds(60), 1),
                    new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(8)),
                    connection -> !gone.contains(connection),
                    connection -> streams.getOrDefault(connection, 0));

    private String pick(long now) {
        return roster.pick(now).connection().orElse("none");
    }

    private void open(String connection, long now) {
        assertThat(roster.pick(now).open()).isTrue();
        roster.opened(connection, now);
    }

    @Test
    void opensOneWhereThereIsNoneAndNotASecondMeanwhile() {
        assertThat(roster.pick(0)).isEqualTo(new Roster.Pick<>(Optional.empty(), true));
        assertThat(roster.pick(0).open()).isFalse();
        roster.opened("a", 0);
        assertThat(roster.pick(0)).isEqualTo(new Roster.Pick<>(Optional.of("a"), false));
    }

    @Test
    void opensAnotherOneOnlyWhenAllAreBusyAndNeverMoreThanTheLimit() {
        open("a", 0);
        streams.put("a", 1);
        assertThat(roster.pick(0).open()).isFalse();
        streams.put("a", 2);
        open("b", 0);
        streams.put("b", 2);
        open("c", 0);
        streams.put("c", 9);
        assertThat(roster.pick(0).open()).isFalse();
        assertThat(roster.size()).isEqualTo(3);
    }

    @Test
    void handsOutTheLeastBusyAndTakesTurnsAmongEquals() {
        streams.putAll(Map.of("a", 2, "b", 2, "c", 2));
        open("a", 0);
        open("b", 0);
        open("c", 0);
        List<String> turns = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            turns.add(pick(0));
        }
        assertThat(turns.subList(0, 3)).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(turns.subList(3, 6)).isEqualTo(turns.subList(0, 3));
        streams.put("b", 1);
        assertThat(List.of(pick(0), pick(0), pick(0))).containsOnly("b");
    }

    @Test
    void whatTakesNoMoreCallsIsReplacedAndEndsWithItsLastStream() {
        open("a", 0);
        streams.put("a", 1);
        gone.add("a");
        assertThat(pick(0)).isEqualTo("none");
        roster.opened("b", 0);
        assertThat(pick(0)).isEqualTo("b");
        assertThat(roster.sweep(0)).isEmpty();
        assertThat(roster.size()).isEqualTo(2);
        streams.put("a", 0);
        assertThat(roster.sweep(0)).containsExactly("a");
        assertThat(roster.size()).isEqualTo(1);
    }

    @Test
    void waitsLongerAfterEachFailureUntilTheServerAnswers() {
        long now = 5;
        for (long limit : new long[] {1, 2, 4, 8, 8}) {
            assertThat(roster.pick(now).open()).isTrue();
            roster.notOpened(now, random);
            long wait = roster.waitNanos(now);
            assertThat(wait).isBetween(limit * SECOND / 2, limit * SECOND);
            assertThat(roster.pick(now + wait - 1).open()).isFalse();
            now += wait;
        }
        open("a", now);
        // Not before the handshake: it may have been opened with early data.
        roster.failed(now, random);
        assertThat(roster.waitNanos(now)).isGreaterThanOrEqualTo(4 * SECOND);
        roster.answered();
        assertThat(roster.waitNanos(now)).isZero();
    }

    @Test
    void closesWhatNobodyHasUsedForTheIdleTime() {
        open("a", 0);
        streams.put("a", 2);
        open("b", 0);
        assertThat(roster.sweep(59 * SECOND)).isEmpty();
        // Used by a stream until now.
        assertThat(roster.sweep(60 * SECOND)).containsExactly("b");
        streams.put("a", 0);
        assertThat(roster.sweep(119 * SECOND)).isEmpty();
        assertThat(pick(119 * SECOND)).isEqualTo("a");
        assertThat(roster.sweep(178 * SECOND)).isEmpty();
        assertThat(roster.sweep(179 * SECOND)).containsExactly("a");
        assertThat(roster.size()).isZero();
    }
}
