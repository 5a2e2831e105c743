package org.stoq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/** Datagrams and moving, over the real engine. */
class DatagramTest extends RealNetwork {
    private record Ends(StoqConnection client, StoqConnection server) {}

    private Ends ends() throws Exception {
        Connections connections = connections();
        return new Ends(
                StoqConnection.open(connections.client(), OPTIONS),
                StoqConnection.open(connections.server(), OPTIONS));
    }

    @Test
    void datagramsGoBothWaysApartFromStreams() throws Exception {
        Ends ends = ends();
        byte[] ping = {1, 2, 3};
        ends.client().sendDatagram(ping);
        assertThat(ends.server().receiveDatagram()).isEqualTo(ping);
        ends.server().sendDatagram(new byte[] {9});
        assertThat(ends.client().receiveDatagram()).containsExactly(9);
    }

    @Test
    void aDatagramThatIsTooLongIsRefused() throws Exception {
        Ends ends = ends();
        int most = ends.client().maxDatagramBytes();
        assertThat(most).isGreaterThan(1_000);
        StoqException refused =
                catchThrowableOfType(
                        StoqException.class, () -> ends.client().sendDatagram(new byte[most + 1]));
        assertThat(refused.code()).isEqualTo(StoqErrorCode.TOO_LARGE);
    }

    @Test
    void aClientMovesAndTheServerFollowsWithoutBeingAsked() throws Exception {
        Ends ends = ends();
        ends.client().migrate(ANY_PORT);
        int port = ends.client().session().connection().localAddress().getPort();
        FutureTask<byte[]> message = new FutureTask<>(ends.server()::recv);
        Thread.ofVirtual().start(message);
        ends.client().send(new byte[] {5});
        assertThat(message.get()).containsExactly(5);
        assertThat(ends.server().session().connection().remoteAddress().getPort()).isEqualTo(port);
    }
}
