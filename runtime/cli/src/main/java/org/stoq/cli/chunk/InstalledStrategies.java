package org.stoq.cli.chunk;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.JarFile;
import javax.xml.stream.XMLStreamException;
import org.stoq.cli.component.ComponentDescription;
import org.stoq.sdk.strategy.Strategy;

/**
 * The strategies of the distribution's bundles, and of plug-ins, in this process and without a
 * framework: what a bundle's component descriptions name is made by its constructor that takes
 * settings, or the one without arguments. Belongs to one thread; closing it lets go of the files.
 *
 * <p>A component that needs more than that (other services, a jar inside of its jar) cannot be had
 * so, and is named in {@link #refused}.
 */
public final class InstalledStrategies implements AutoCloseable {
    private final List<URLClassLoader> loaders = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private final Map<String, List<Component>> components = new TreeMap<>();

    /**
     * What a description says.
     *
     * @param type the class
     * @param jar where it is
     */
    private record Component(String type, Path jar, ClassLoader loader) {}

    /**
     * Looks at every jar of two folders.
     *
     * @param bundles the folder of the distribution's bundles, which may use each other's classes
     * @param plugins folders of plug-ins, each jar by itself
     */
    public static InstalledStrategies of(Path bundles, List<Path> plugins) throws IOException {
        InstalledStrategies all = new InstalledStrategies();
        try {
            all.add(jars(bundles));
            for (Path folder : plugins) {
                for (Path jar : jars(folder)) {
                    all.add(List.of(jar));
                }
            }
        } catch (IOException e) {
            all.close();
            throw e;
        }
        return all;
    }

    private InstalledStrategies() {}

    private static List<Path> jars(Path folder) throws IOException {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
            files.forEach(jars::add);
        }
        jars.sort(null);
        return jars;
    }

    private void add(List<Path> jars) throws IOException {
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = jars.get(i).toUri().toURL();
        }
        URLClassLoader loader =
                new URLClassLoader(urls, InstalledStrategies.class.getClassLoader());
        loaders.add(loader);
        for (Path jar : jars) {
            try (JarFile file = new JarFile(jar.toFile())) {
                for (String entry : ComponentDescription.entries(file)) {
                    read(file, entry, jar, loader);
                }
            }
        }
    }

    private void read(JarFile file, String entry, Path jar, ClassLoader loader) throws IOException {
        try {
            Optional<ComponentDescription> described = ComponentDescription.read(file, entry);
            if (described.isEmpty()) {
                refused.add(jar.getFileName() + ": " + entry + " is not in it");
                return;
            }
            String type = described.get().type();
            for (String one : described.get().interfaces()) {
                components
                        .computeIfAbsent(one, _ -> new ArrayList<>())
                        .add(new Component(type, jar, loader));
            }
        } catch (XMLStreamException e) {
            refused.add(jar.getFileName() + ": " + entry + ": " + e.getMessage());
        }
    }

    /**
     * Makes every strategy of a kind. Of two with the same name the one that was found last stays:
     * a plug-in's.
     *
     * @param settings as ConfigAdmin would give them
     * @return by name
     */
    public <S extends Strategy> Map<String, S> all(Class<S> spi, Map<String, Object> settings) {
        return all(spi, type -> make(type, settings));
    }

    /** Likewise, each by its constructor without arguments: it keeps nothing for later. */
    public <S extends Strategy> Map<String, S> all(Class<S> spi) {
        return all(spi, type -> type.getConstructor().newInstance());
    }

    /** How an object of a class is made. */
    @FunctionalInterface
    private interface Making {
        Object make(Class<?> type) throws ReflectiveOperationException;
    }

    private <S extends Strategy> Map<String, S> all(Class<S> spi, Making making) {
        Map<String, S> made = new TreeMap<>();
        for (Component component : components.getOrDefault(spi.getName(), List.of())) {
            try {
                Object one = making.make(component.loader.loadClass(component.type));
                S strategy = spi.cast(one);
                made.put(strategy.name(), strategy);
            } catch (InvocationTargetException e) {
                refused.add(component.jar.getFileName() + ": " + e.getCause());
            } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
                refused.add(component.jar.getFileName() + ": " + e);
            }
        }
        return made;
    }

    private static Object make(Class<?> type, Map<String, Object> settings)
            throws ReflectiveOperationException {
        for (Constructor<?> constructor : type.getConstructors()) {
            if (Arrays.equals(constructor.getParameterTypes(), new Class<?>[] {Map.class})) {
                return constructor.newInstance(settings);
            }
        }
        return type.getConstructor().newInstance();
    }

    /** Returns what could not be made or read, and why, one line each. */
    public List<String> refused() {
        return List.copyOf(refused);
    }

    @Override
    public void close() throws IOException {
        for (URLClassLoader loader : loaders) {
            loader.close();
        }
    }
}
