package org.stoq.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoqErrorCodeTest {
    @ParameterizedTest
    @EnumSource
    void isFoundByNumberAndName(StoqErrorCode code) {
        assertThat(StoqErrorCode.ofWireCode(code.wireCode())).contains(code);
        assertThat(StoqErrorCode.ofName(code.name())).contains(code);
    }

    @Test
    void knowsNothingOfLaterVersions() {
        assertThat(StoqErrorCode.ofWireCode(0xFFFF)).isEmpty();
        assertThat(StoqErrorCode.ofName("LATER")).isEmpty();
    }
}
