package org.stoq.plugins;

import java.nio.file.Path;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.config.ServerConfig;

/**
 * Where the node is, for {@link PluginsAdapter}: a component of its own, since {@code [server]} and
 * {@code [plugins]} share the name of a key, which one component could not tell apart.
 */
@Component(
        service = NodePlace.class,
        configurationPid = ServerConfig.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class NodePlace {
    private final HostPort listen;
    private final Path dataDir;

    /**
     * Creates the place; OSGi does.
     *
     * @param properties the table {@code [server]}
     */
    @Activate
    public NodePlace(Map<String, Object> properties) {
        ServerConfig config = ServerConfig.TABLE.readProperties(properties);
        listen = config.listen();
        dataDir = config.dataDir();
    }

    /** Keeps what was read: address and folder need a restart of the node. */
    @Modified
    void modified() {
        // Without this method any change of the table would make a new component, and restart
        // every plug-in.
    }

    /** Returns where the node listens. */
    HostPort listen() {
        return listen;
    }

    /** Returns the node's data folder. */
    Path dataDir() {
        return dataDir;
    }
}
