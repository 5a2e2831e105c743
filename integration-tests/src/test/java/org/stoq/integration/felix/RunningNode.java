package org.stoq.integration.felix;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Dictionary;
import java.util.Objects;
import java.util.Properties;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.stoq.integration.Await;

/** The node in the framework that a test runs in. */
final class RunningNode {
    private final BundleContext context;
    private final Path data;
    private final String address;

    private RunningNode(BundleContext context, Path data, String address) {
        this.context = context;
        this.data = data;
        this.address = address;
    }

    /** Waits until the node serves. */
    static RunningNode await(BundleContext context) throws Exception {
        ConfigurationAdmin admin =
                Objects.requireNonNull(
                        context.getService(context.getServiceReference(ConfigurationAdmin.class)));
        Dictionary<String, Object> server =
                admin.getConfiguration("org.stoq.server", "?").getProperties();
        Path data = Path.of((String) server.get("data_dir"));
        Path runFile = data.resolve("run/node.properties");
        Await.until("the node serves", () -> Files.exists(runFile));
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(runFile)) {
            properties.load(reader);
        }
        return new RunningNode(context, data, properties.getProperty("address"));
    }

    String address() {
        return address;
    }

    /** Returns the folder that is watched for plug-ins. */
    Path plugins() {
        return data.resolve("plugins");
    }

    /** Writes the configuration file, as an editor that replaces it. */
    void configure(String toml) throws IOException {
        Path fresh = data.resolve("stoq.toml.new");
        Files.writeString(fresh, toml);
        Files.move(fresh, data.resolve("stoq.toml"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Returns a service that must be here. */
    <S> S service(Class<S> type) {
        return Objects.requireNonNull(
                context.getService(
                        Objects.requireNonNull(
                                context.getServiceReference(type), () -> "no " + type)));
    }
}
