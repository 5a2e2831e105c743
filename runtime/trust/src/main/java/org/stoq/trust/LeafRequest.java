package org.stoq.trust;

import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.call.Role;

/**
 * What to certify.
 *
 * @param key public key of the leaf, which is not the identity key
 * @param id whom it belongs to
 * @param role NODE or OPERATOR
 * @param names DNS names and IPv6 literals under which a server is reached
 * @param life how long the certificate is valid
 */
public record LeafRequest(PublicKey key, NodeId id, Role role, List<String> names, Duration life) {
    /** Copies the names and checks the role. */
    public LeafRequest {
        names = List.copyOf(names);
        if (role == Role.ANONYMOUS || !life.isPositive()) {
            throw new IllegalArgumentException("a certificate for " + role + " and " + life);
        }
    }
}
