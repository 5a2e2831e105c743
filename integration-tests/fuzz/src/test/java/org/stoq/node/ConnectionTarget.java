package org.stoq.node;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.stoq.fuzz.Carrier;
import org.stoq.fuzz.Complaints;
import org.stoq.fuzz.FuzzTarget;
import org.stoq.fuzz.Oracle;
import org.stoq.sdk.StoqErrorCode;

/**
 * One connection to a node, whose client does anything in any order: see {@link Script}.
 *
 * <p>Whatever it does: it is refused with a code that names its fault, never INTERNAL; nothing is
 * logged as a defect; no thread and no session is left; and the honest client beside it is served.
 */
public final class ConnectionTarget implements FuzzTarget {
    private final Complaints complaints = new Complaints();
    private final List<HostNode> node = new ArrayList<>();
    private final List<X509Certificate> nodeChain;

    /** Makes the certificate of a client that is a node. */
    public ConnectionTarget() throws IOException {
        nodeChain = NodeCertificates.chain();
    }

    @Override
    public void run(byte[] input) throws Exception {
        Carrier.run(() -> {
            if (node.isEmpty()) {
                node.add(new HostNode());
                node.getFirst().requireService();
            }
            play(node.getFirst(), input);
        });
    }

    private void play(HostNode host, byte[] input) throws Exception {
        Carrier.settle();
        long threadsBefore = Carrier.virtualThreads();
        Script script = new Script(host, input, nodeChain);
        script.play();
        Carrier.settle();
        StoqErrorCode end = script.guest().connection().endCode().orElse(StoqErrorCode.NO_ERROR);
        Oracle.require(end != StoqErrorCode.INTERNAL, "the connection ended with INTERNAL");
        script.guest().connection().peerCloses(StoqErrorCode.NO_ERROR);
        Carrier.settle();
        complaints.requireNone();
        Oracle.same(0, script.guest().connection().openStreams(), "streams left");
        Oracle.same(0, host.guests(), "sessions left");
        Oracle.same(threadsBefore, Carrier.virtualThreads(), "threads left");
        host.requireService();
    }
}
