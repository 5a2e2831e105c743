package org.stoq.cli;

import java.io.PrintStream;
import java.time.Duration;
import org.stoq.cli.terminal.Amounts;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/** What the service {@code node} answers to {@code status}. */
public record NodeStatus(
        NodeId nodeId,
        String version,
        String address,
        long uptimeMs,
        long bootMs,
        long heapUsedBytes,
        long heapMaxBytes,
        long residentBytes,
        long pid,
        String dataDir,
        long connections,
        String configFile,
        long bundles) {
    /** Reads an answer. */
    public static NodeStatus of(CborMap map) throws StoqException {
        return new NodeStatus(
                new NodeId(map.digest(1)),
                map.text(2),
                map.text(3),
                map.integer(4),
                map.integer(5),
                map.integer(6),
                map.integer(7),
                map.integer(8),
                map.integer(9),
                map.text(10),
                map.integer(11),
                map.text(12),
                map.integer(13));
    }

    void print(PrintStream out) {
        out.println("node       " + nodeId);
        out.println("address    " + address);
        out.printf("version    %s, %s%n", version, Amounts.count(bundles, "bundle"));
        out.printf(
                "up         %s, booted in %,d ms, process %d%n",
                Amounts.duration(Duration.ofMillis(uptimeMs)), bootMs, pid);
        out.printf(
                "memory     %s of %s heap%s%n",
                Amounts.bytes(heapUsedBytes),
                Amounts.bytes(heapMaxBytes),
                residentBytes == 0 ? "" : ", " + Amounts.bytes(residentBytes) + " resident");
        out.printf("clients    %s%n", Amounts.count(connections, "connection"));
        out.println("data       " + dataDir);
        out.println("config     " + configFile);
    }
}
