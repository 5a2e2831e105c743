package org.stoq.plugins;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.config.PluginsConfig;

/**
 * Whose plug-ins are let in.
 *
 * @param required whether a signature is needed; empty if that depends on where the node listens
 * @param pinned fingerprints and raw keys of those who may sign, lower-case hexadecimal digits
 * @param listen where the node listens
 */
record SigningRule(Optional<Boolean> required, Set<String> pinned, HostPort listen) {
    SigningRule {
        pinned = Set.copyOf(pinned);
    }

    /** Returns the rule that the configuration states. */
    static SigningRule of(PluginsConfig config, HostPort listen) {
        return new SigningRule(config.requireSigned(), Set.copyOf(config.pinnedKeys()), listen);
    }

    /** Returns who of the signers is pinned, else the first of them. */
    Optional<PluginSigner> signer(List<PluginSigner> signers) {
        return pinnedOf(signers).or(() -> signers.stream().findFirst());
    }

    /** Returns whether one of the signers is pinned. */
    boolean trusts(List<PluginSigner> signers) {
        return pinnedOf(signers).isPresent();
    }

    /**
     * Returns why a plug-in with those signers stays out, with what to do; empty if it does not.
     */
    Optional<String> refusal(List<PluginSigner> signers) {
        if (trusts(signers) || !required.orElse(!isLoopback())) {
            return Optional.empty();
        }
        String what =
                signers.isEmpty()
                        ? "not every entry of it is signed"
                        : "it is signed by %s, which is not pinned"
                                .formatted(signers.getFirst().fingerprint());
        String why =
                required.isPresent()
                        ? "plugins.require_signed is true"
                        : "the node can be reached at " + listen;
        String hint =
                signers.isEmpty()
                        ? "sign it with a key in plugins.pinned_keys"
                        : "add that to plugins.pinned_keys if you trust it";
        String otherwise =
                required.isPresent()
                        ? ""
                        : ", or let everybody's in with plugins.require_signed = false";
        return Optional.of(what + " and " + why + ": " + hint + otherwise);
    }

    private Optional<PluginSigner> pinnedOf(List<PluginSigner> signers) {
        return signers.stream().filter(signer -> signer.isAmong(pinned)).findFirst();
    }

    private boolean isLoopback() {
        return listen.address()
                .map(address -> address.getAddress().isLoopbackAddress())
                .orElse(listen.host().equals("localhost"));
    }
}
