package org.stoq.bench.child;

import java.nio.file.Path;
import java.util.Optional;
import org.stoq.sdk.config.HostPort;

/**
 * A node that runs already, and who asks it.
 *
 * @param address where it listens
 * @param home the folder in which the operator's certificate lies
 */
public record Target(HostPort address, Path home) {
    /** Adds it to a message. */
    public Message in(Message message) {
        return message.with("target", address).with("home", home);
    }

    /** Returns the target of a message, if it has one. */
    static Optional<Target> of(Message message) {
        return message.find("target")
                .map(address -> new Target(HostPort.parse(address), Path.of(message.text("home"))));
    }
}
