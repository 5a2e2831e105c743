package org.stoq.integration.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.stoq.integration.Distribution;

/** Our classes in the jars of the distribution, and in the example plug-in. */
final class ShippedClasses {
    private static final String OURS = "/org/stoq/";

    /** All of them; read once, for that takes seconds. */
    static final JavaClasses ALL = read();

    private ShippedClasses() {}

    private static JavaClasses read() {
        Distribution distribution = Distribution.assembled();
        List<Location> jars =
                Stream.concat(
                                Stream.concat(
                                        distribution.jars("lib").stream(),
                                        distribution.jars("bundles").stream()),
                                distribution.jars("demo").stream().limit(1))
                        .filter(ShippedClasses::isOurs)
                        .map(jar -> Location.of(URI.create("jar:" + jar.toUri() + "!/")))
                        .toList();
        // A bundle may embed a library: only our packages count.
        return new ClassFileImporter()
                .withImportOption(location -> location.contains(OURS))
                .importLocations(jars);
    }

    private static boolean isOurs(Path jar) {
        String name = String.valueOf(jar.getFileName());
        return name.startsWith("stoq-") || name.startsWith("example-");
    }
}
