package org.stoq.integration.felix;

import static org.ops4j.pax.exam.CoreOptions.bootDelegationPackages;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.systemTimeout;
import static org.ops4j.pax.exam.CoreOptions.workingDirectory;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import net.bytebuddy.ByteBuddy;
import org.assertj.core.api.Assertions;
import org.ops4j.pax.exam.Option;
import org.stoq.integration.Distribution;
import org.stoq.trust.StoqHome;

/** What Pax Exam has to know to start the bundles of the distribution as one node. */
final class ProvisionedNode {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    /** The level of the last line of {@code bundles.list}; the tests' own bundles start with it. */
    private static final int LAST_START_LEVEL = 5;

    /** Where Pax Exam keeps the bundles that it brings along. */
    private static final String LINKS = "link:classpath:META-INF/links/";

    private static final String[] SLF4J = {
        "org.slf4j;version=1.7.36",
        "org.slf4j.helpers;version=1.7.36",
        "org.slf4j.spi;version=1.7.36"
    };

    private ProvisionedNode() {}

    /**
     * Returns the options for a node on a free port of the loopback interface, with a data folder
     * of its own.
     *
     * @param settings further lines {@code table.key=value}, as on the command line
     */
    static Option options(String... settings) throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "felix").toAbsolutePath());
        Path data = Files.createTempDirectory(folder, "node");
        List<Option> options = new ArrayList<>();
        for (Distribution.Entry entry : Distribution.assembled().entries()) {
            options.add(
                    bundle(entry.file().toUri().toString())
                            .startLevel(entry.startLevel())
                            .start(!isFragment(entry.file())));
        }
        List<String> lines = new ArrayList<>();
        lines.add("server.listen=[::1]:0");
        lines.add("server.data_dir=" + data.resolve("node"));
        lines.addAll(List.of(settings));
        options.add(frameworkProperty("stoq.settings").value(String.join("\n", lines)));
        options.add(
                frameworkProperty("stoq.home").value(Distribution.assembled().home().toString()));
        options.add(systemProperty(StoqHome.HOME_PROPERTY).value(data.resolve("home").toString()));
        options.add(frameworkStartLevel(LAST_START_LEVEL));
        options.add(workingDirectory(data.resolve("felix").toString()));
        options.add(cleanCaches(true));
        options.add(systemTimeout(START_TIMEOUT.toMillis()));
        options.add(bootDelegationPackages("sun.*", "com.sun.*", "jdk.*"));
        // Pax Exam's own bundles log through SLF4J 1; the build's class path has it.
        options.add(systemPackages(SLF4J));
        options.add(bundle(LINKS + "org.apache.servicemix.bundles.junit.link"));
        options.add(bundle(LINKS + "org.apache.servicemix.bundles.hamcrest.link"));
        options.add(bundle(jarOf(Assertions.class)));
        options.add(bundle(jarOf(ByteBuddy.class)));
        return composite(options.toArray(Option[]::new));
    }

    /** Returns the URL of the jar that holds the class. */
    private static String jarOf(Class<?> type) {
        try {
            return type.getProtectionDomain().getCodeSource().getLocation().toURI().toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isFragment(Path jar) throws IOException {
        try (var file = new JarFile(jar.toFile())) {
            return file.getManifest().getMainAttributes().getValue("Fragment-Host") != null;
        }
    }
}
