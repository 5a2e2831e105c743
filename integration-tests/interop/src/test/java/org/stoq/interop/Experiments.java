package org.stoq.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.CertificateEncodingException;
import org.stoq.sdk.Digest;
import org.stoq.sdk.transport.Transport;
import org.stoq.testkit.impair.Direction;

/**
 * What is tried with one peer. Each method returns what was seen, and throws if it was not what
 * should be.
 */
interface Experiments {
    /** Content of most transfers. */
    int MEBIBYTE = 1 << 20;

    /** Fits into what a server may send to an address that is not proven (RFC 9000 s.8.1). */
    int SMALL = 1_000;

    String handshake() throws Exception;

    String transfer() throws Exception;

    String retry() throws Exception;

    String resumption() throws Exception;

    String earlyData() throws Exception;

    String keyUpdate() throws Exception;

    String migration() throws Exception;

    String rebinding() throws Exception;

    String versionNegotiation() throws Exception;

    String loss() throws Exception;

    /** Returns the experiments in which we have a role. */
    static Experiments of(Cell.Role ours, Transport transport, Workspace workspace, Peer peer) {
        return switch (ours) {
            case SERVER -> new ServerExperiments(transport, workspace, peer);
            case CLIENT -> new ClientExperiments(transport, workspace, peer);
        };
    }

    /** Does one of them. */
    default String run(Case what) throws Exception {
        return switch (what) {
            case HANDSHAKE -> handshake();
            case TRANSFER -> transfer();
            case RETRY -> retry();
            case RESUMPTION -> resumption();
            case EARLY_DATA -> earlyData();
            case KEY_UPDATE -> keyUpdate();
            case MIGRATION -> migration();
            case REBINDING -> rebinding();
            case VERSION_NEGOTIATION -> versionNegotiation();
            case LOSS -> loss();
        };
    }

    /** Checks a file. */
    static void requireContent(Peer.Answer answer, byte[] content) {
        assertThat(answer)
                .as("length and hash of the file")
                .isEqualTo(new Peer.Answer(content.length, Digest.of(content).hex()));
    }

    /** Checks that a client was sent away with a Retry, and came back with its token. */
    static String requireRetry(Wire wire) {
        assertThat(wire.packets(Direction.TO_CLIENT, Wire.Kind.RETRY)).as("Retry").isPositive();
        assertThat(wire.packets(Direction.TO_SERVER, Wire.Kind.INITIAL_WITH_TOKEN))
                .as("Initial packets with a token")
                .isPositive();
        return "a Retry, and the token comes back";
    }

    /**
     * Checks that the server showed its certificate at the first visit and not at the last: what it
     * said during the handshake was shorter.
     */
    static String requireResumption(Wire wire, Workspace workspace)
            throws CertificateEncodingException {
        int certificate = workspace.identity().chain().getFirst().getEncoded().length;
        long first = wire.flows().getFirst().bytes(Direction.TO_CLIENT, Wire.Kind.HANDSHAKE);
        long last = wire.flows().getLast().bytes(Direction.TO_CLIENT, Wire.Kind.HANDSHAKE);
        assertThat(wire.flows()).as("client addresses").hasSize(2);
        assertThat(first).as("bytes of the first handshake").isGreaterThan(certificate);
        assertThat(last).as("bytes of the last handshake").isBetween(1L, certificate - 1L);
        return "the server's handshake takes %d bytes at first and then %d; its certificate has %d"
                .formatted(first, last, certificate);
    }
}
