package org.stoq.cli.replay;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.stoq.cli.CommandFailure;
import org.stoq.cli.ExitCode;
import org.stoq.cli.component.ComponentDescription;
import org.stoq.sdk.cache.CachePolicy;

/**
 * Finds the cache policies of plug-ins without a framework: in a bundle's descriptions of
 * components (OSGi Compendium 112), which the build has written.
 *
 * <p>A component that is a policy, has a constructor without arguments and needs nothing else is
 * made from the jar itself; what a bundle imports from others is not there. The class loaders stay
 * open as long as the policies are used.
 */
final class PolicyJars implements AutoCloseable {
    private final List<URLClassLoader> loaders = new ArrayList<>();

    /**
     * Makes the policies of a jar, or of all jars of a folder.
     *
     * @throws CommandFailure PLUGIN_INVALID if a jar that was named has none, or one cannot be made
     */
    List<CachePolicy> policies(Path place) throws IOException, CommandFailure {
        if (!Files.isDirectory(place)) {
            if (!Files.exists(place)) {
                throw new NoSuchFileException(place.toString());
            }
            List<CachePolicy> found = ofJar(place);
            if (found.isEmpty()) {
                throw invalid(place, "has no cache policy", null);
            }
            return found;
        }
        List<CachePolicy> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(place)) {
            for (Path jar :
                    files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
                found.addAll(ofJar(jar));
            }
        }
        return found;
    }

    private List<CachePolicy> ofJar(Path jar) throws IOException, CommandFailure {
        List<String> classes = new ArrayList<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (String entry : ComponentDescription.entries(file)) {
                ComponentDescription.read(file, entry)
                        .filter(PolicyJars::isFreePolicy)
                        .ifPresent(policy -> classes.add(policy.type()));
            }
        } catch (XMLStreamException e) {
            throw invalid(jar, "describes its components wrongly: " + e.getMessage(), e);
        } catch (ZipException e) {
            throw invalid(jar, "is no jar: " + e.getMessage(), e);
        }
        if (classes.isEmpty()) {
            return List.of();
        }
        URLClassLoader loader =
                new URLClassLoader(
                        new URL[] {jar.toUri().toURL()}, PolicyJars.class.getClassLoader());
        loaders.add(loader);
        List<CachePolicy> policies = new ArrayList<>();
        for (String name : classes) {
            try {
                policies.add(
                        loader.loadClass(name)
                                .asSubclass(CachePolicy.class)
                                .getConstructor()
                                .newInstance());
            } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
                throw invalid(jar, "has a policy that cannot be made: " + e, e);
            }
        }
        return policies;
    }

    /** Whether a component is a policy and needs nothing else. */
    private static boolean isFreePolicy(ComponentDescription component) {
        return component.interfaces().contains(CachePolicy.class.getName())
                && !component.refers()
                && !component.type().isEmpty();
    }

    private static CommandFailure invalid(Path jar, String what, @Nullable Throwable cause) {
        return new CommandFailure(
                ExitCode.FAILED,
                "PLUGIN_INVALID",
                jar.getFileName() + " " + what,
                "a policy is a component of a bundle: see docs/plugin-guide.md",
                cause);
    }

    @Override
    public void close() throws IOException {
        for (URLClassLoader loader : loaders) {
            loader.close();
        }
    }
}
