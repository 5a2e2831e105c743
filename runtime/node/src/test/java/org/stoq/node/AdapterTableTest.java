package org.stoq.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.call.Adapter;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Role;

class AdapterTableTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final AdapterTable table = new AdapterTable();

    /** An adapter that answers nothing: the table only hands it out. */
    private record Silent(String service) implements Adapter {
        @Override
        public Role requiredRole(String method) {
            return Role.NODE;
        }

        @Override
        public void handle(Call call) {}
    }

    @Test
    void findsNobodyForAServiceThatNobodyAnswers() {
        table.add(new Silent("echo"), 0);

        assertThat(table.use("content")).isEmpty();
    }

    @Test
    void prefersTheHighestRankingAndThenTheNewest() {
        Adapter low = new Silent("echo");
        Adapter high = new Silent("echo");
        Adapter newer = new Silent("echo");
        table.add(high, 10);
        table.add(low, 1);
        table.add(newer, 10);

        try (AdapterTable.Use use = table.use("echo").orElseThrow()) {
            assertThat(use.adapter()).isSameAs(newer);
        }
    }

    @Test
    void removalWaitsForCallsInFlightAndLetsNoneBegin() throws Exception {
        Adapter leaving = new Silent("echo");
        table.add(leaving, 0);
        AdapterTable.Use use = table.use("echo").orElseThrow();

        CompletableFuture<Boolean> removal =
                CompletableFuture.supplyAsync(() -> table.remove(leaving, LONG));
        while (table.use("echo").map(later -> close(later)).isPresent()) {
            Thread.onSpinWait();
        }
        assertThat(removal).isNotDone();
        use.close();

        assertThat(removal.get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void removalGivesUpOnCallsThatDoNotEnd() {
        Adapter leaving = new Silent("echo");
        table.add(leaving, 0);

        try (AdapterTable.Use use = table.use("echo").orElseThrow()) {
            assertThat(use.adapter()).isSameAs(leaving);
            assertThat(table.remove(leaving, Duration.ofMillis(1))).isFalse();
        }
    }

    private static boolean close(AdapterTable.Use use) {
        use.close();
        return true;
    }
}
