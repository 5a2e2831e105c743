package org.stoq.sdk.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrialGateTest {
    private final TrialGate gate = new TrialGate();

    @Test
    void theFirstTrialsAreFree() {
        for (int i = 0; i < TrialGate.FIRST_TRIALS; i++) {
            assertThat(gate.admits()).isTrue();
            gate.tried(1_000, 0);
        }
        assertThat(gate.admits()).isFalse();
    }

    @Test
    void trialsThatSaveJustEnoughGoOn() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(gate.admits()).isTrue();
            gate.tried(1_000, 1_000 * TrialGate.WORTHWHILE_PERCENT / 100);
        }
    }

    @Test
    void trialsThatSaveALittleLessThanEnoughEnd() {
        for (int i = 0; i < TrialGate.FIRST_TRIALS; i++) {
            gate.tried(1_000, 1_000 * TrialGate.WORTHWHILE_PERCENT / 100 - 1);
        }
        assertThat(gate.admits()).isFalse();
    }

    @Test
    void nowAndThenOneIsLetThrough() {
        inVain();
        int admitted = 0;
        for (int i = 0; i < 10 * TrialGate.PROBE_EVERY; i++) {
            if (gate.admits()) {
                admitted++;
                gate.tried(1_000, 0);
            }
        }
        assertThat(admitted).isEqualTo(10);
    }

    @Test
    void oneThatPaysOpensTheGateAgain() {
        inVain();
        for (int i = 1; i < TrialGate.PROBE_EVERY; i++) {
            assertThat(gate.admits()).isFalse();
        }
        assertThat(gate.admits()).isTrue();
        gate.tried(1_000, 900);
        for (int i = 0; i < 100; i++) {
            assertThat(gate.admits()).isTrue();
            gate.tried(1_000, 500);
        }
    }

    @Test
    void aLongPastIsSoonForgotten() {
        for (int i = 0; i < 100_000; i++) {
            gate.tried(1_000, 900);
        }
        int vain = 0;
        while (gate.admits()) {
            gate.tried(1_000, 0);
            vain++;
        }
        assertThat(vain).isLessThan(300);
    }

    private void inVain() {
        for (int i = 0; i < TrialGate.FIRST_TRIALS; i++) {
            gate.tried(1_000, 0);
        }
    }
}
