package org.stoq.plugins;

import java.util.List;
import org.osgi.framework.Version;
import org.stoq.sdk.Digest;

/**
 * A jar that is well-formed and may become a plug-in, if its signers will do.
 *
 * @param symbolicName what makes two jars versions of one plug-in
 * @param version its version
 * @param content SHA-256 of the file
 * @param sizeBytes size of the file
 * @param signers who has signed every one of its entries; empty for nobody
 */
record PluginJar(
        String symbolicName,
        Version version,
        Digest content,
        long sizeBytes,
        List<PluginSigner> signers) {
    PluginJar {
        signers = List.copyOf(signers);
    }

    /** Returns name and version for a log line. */
    String describe() {
        return symbolicName + " " + version;
    }
}
