package org.stoq.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.stoq.testkit.ManualClock;

class SettlingTest {
    private static final Duration QUIET = Duration.ofMillis(200);
    private static final FileStamp SMALL = stamp(1);
    private static final FileStamp LARGE = stamp(2);

    private final ManualClock clock = new ManualClock();
    private final Settling settling = new Settling(QUIET.toNanos());

    @Test
    void aFileIsAtRestWhenItHasLookedTheSameForAWhile() {
        look(Map.of("a.jar", SMALL));
        assertThat(settling.settled()).isEmpty();
        assertThat(settling.arriving()).containsExactly("a.jar");
        assertThat(settling.nextLook(clock.getAsLong())).hasValue(QUIET.toNanos());

        clock.advance(QUIET.minusNanos(1));
        look(Map.of("a.jar", SMALL));
        assertThat(settling.settled()).isEmpty();
        assertThat(settling.nextLook(clock.getAsLong())).hasValue(1);

        clock.advance(Duration.ofNanos(1));
        look(Map.of("a.jar", SMALL));
        assertThat(settling.settled()).containsExactly(Map.entry("a.jar", SMALL));
        assertThat(settling.arriving()).isEmpty();
        assertThat(settling.nextLook(clock.getAsLong())).isEmpty();
    }

    @Test
    void aFileThatGrowsBeginsAnew() {
        look(Map.of("a.jar", SMALL));
        clock.advance(QUIET.minusNanos(1));
        look(Map.of("a.jar", LARGE));
        clock.advance(QUIET.minusNanos(1));
        look(Map.of("a.jar", LARGE));

        assertThat(settling.settled()).isEmpty();
    }

    @Test
    void aFileThatIsWrittenAgainIsWhatItWasUntilItRests() {
        settling.settle("a.jar", Optional.of(SMALL));

        look(Map.of("a.jar", LARGE));
        assertThat(settling.settled()).containsEntry("a.jar", SMALL);
        assertThat(settling.arriving()).isEmpty();

        clock.advance(QUIET);
        look(Map.of("a.jar", LARGE));
        assertThat(settling.settled()).containsEntry("a.jar", LARGE);
    }

    @Test
    void aFileThatIsGoneForAMomentIsNotGone() {
        settling.settle("a.jar", Optional.of(SMALL));

        look(Map.of());
        clock.advance(QUIET.minusNanos(1));
        look(Map.of("a.jar", SMALL));

        assertThat(settling.settled()).containsEntry("a.jar", SMALL);
        assertThat(settling.nextLook(clock.getAsLong())).isEmpty();
    }

    @Test
    void aFileIsGoneWhenItHasBeenAwayForAWhile() {
        settling.settle("a.jar", Optional.of(SMALL));

        look(Map.of());
        assertThat(settling.settled()).containsEntry("a.jar", SMALL);
        assertThat(settling.nextLook(clock.getAsLong())).hasValue(QUIET.toNanos());

        clock.advance(QUIET);
        look(Map.of());
        assertThat(settling.settled()).isEmpty();
        assertThat(settling.nextLook(clock.getAsLong())).isEmpty();
    }

    @Test
    void aFileThatCameAndWentLeavesNothing() {
        look(Map.of("a.jar", SMALL));
        look(Map.of());

        assertThat(settling.arriving()).isEmpty();
        assertThat(settling.nextLook(clock.getAsLong())).isEmpty();
    }

    @Test
    void sameSizeAtAnotherTimeOrUnderAnotherIdentityIsAnotherFile() {
        assertThat(new FileStamp(1, FileTime.fromMillis(0), "a"))
                .isNotEqualTo(new FileStamp(1, FileTime.fromMillis(1), "a"))
                .isNotEqualTo(new FileStamp(1, FileTime.fromMillis(0), "b"));
    }

    private void look(Map<String, FileStamp> seen) {
        settling.look(clock.getAsLong(), seen);
    }

    private static FileStamp stamp(long size) {
        return new FileStamp(size, FileTime.fromMillis(0), "inode");
    }
}
