package org.stoq.plugins;

import java.util.Optional;
import org.stoq.sdk.cbor.CborMap;

/**
 * What an operator sees of a file in the folder of plug-ins.
 *
 * @param file its name
 * @param state what has become of it
 * @param jar what it is; empty where that cannot be told
 * @param signer fingerprint of the certificate it is signed with
 * @param reason what is wrong, for a person; empty if nothing is
 * @param sizeBytes its size
 */
record PluginStatus(
        String file,
        PluginState state,
        Optional<PluginJar> jar,
        Optional<String> signer,
        String reason,
        long sizeBytes) {
    /** Returns the form in which it is sent. */
    CborMap toCbor() {
        CborMap.Builder map = CborMap.builder().put(1, file).put(2, state.word());
        map.put(3, jar.map(PluginJar::symbolicName).orElse(""));
        map.put(4, jar.map(known -> known.version().toString()).orElse(""));
        signer.ifPresent(fingerprint -> map.put(5, fingerprint));
        if (!reason.isEmpty()) {
            map.put(6, reason);
        }
        return map.put(7, sizeBytes).build();
    }
}
