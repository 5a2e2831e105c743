package org.stoq.sdk.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathStateTest {
    /** RFC 9002 s.7.2. */
    @ParameterizedTest
    @CsvSource({"1,10", "1200,12000", "1472,14720", "1473,14720", "7360,14720", "7361,14722"})
    void theInitialWindowIsTenDatagramsUntilTheyAreLarge(int datagramBytes, long windowBytes) {
        assertThat(PathState.initialWindowBytes(datagramBytes)).isEqualTo(windowBytes);
    }

    @Test
    void aNewPathIsInSlowStartAndHasNoSample() {
        assertThat(PathState.initial(1_350, 333))
                .isEqualTo(new PathState(1_350, 13_500, true, 333, 0));
    }

    @ParameterizedTest
    @CsvSource({"1,1,1,0", "65527,9223372036854775807,9223372036854775807,9223372036854775807"})
    void theLimitsThemselvesAreTaken(int datagramBytes, long windowBytes, long rtt, long least) {
        assertThat(new PathState(datagramBytes, windowBytes, false, rtt, least).windowBytes())
                .isEqualTo(windowBytes);
    }

    @ParameterizedTest
    @CsvSource({
        "0,1,1,0,maxDatagramBytes of 0",
        "65528,1,1,0,maxDatagramBytes of 65528",
        "1,0,1,0,windowBytes of 0",
        "1,1,0,0,smoothedRttNanos of 0",
        "1,1,1,-1,minimumRttNanos of -1"
    })
    void oneBeyondALimitIsNamed(
            int datagramBytes, long windowBytes, long rtt, long least, String message) {
        assertThatThrownBy(() -> new PathState(datagramBytes, windowBytes, false, rtt, least))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
