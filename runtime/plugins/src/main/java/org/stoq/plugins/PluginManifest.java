package org.stoq.plugins;

import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * What the manifest of a plug-in says.
 *
 * @param symbolicName what makes two jars versions of one plug-in
 * @param version 0.0.0 if it says none
 * @param classPath where in the jar its classes are; {@code .} is the jar itself
 * @param exported packages that other bundles may use
 */
record PluginManifest(
        String symbolicName, Version version, List<String> classPath, List<String> exported) {
    private static final Pattern SYMBOLIC_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,200}");

    /**
     * Reads a manifest.
     *
     * @throws StoqException INVALID_REQUEST if it is not that of a bundle, or of a fragment
     */
    static PluginManifest of(Manifest manifest) throws StoqException {
        Attributes main = manifest.getMainAttributes();
        String format = text(main, Constants.BUNDLE_MANIFESTVERSION);
        if (!format.equals("2")) {
            throw refused(
                    "its manifest has no 'Bundle-ManifestVersion: 2', so it is no OSGi bundle");
        }
        String symbolicName = first(text(main, Constants.BUNDLE_SYMBOLICNAME));
        if (!SYMBOLIC_NAME.matcher(symbolicName).matches()) {
            throw refused(
                    symbolicName.isEmpty()
                            ? "its manifest has no Bundle-SymbolicName"
                            : "its Bundle-SymbolicName is no name: '%s'"
                                    .formatted(ZipDirectory.printable(symbolicName)));
        }
        if (!text(main, Constants.FRAGMENT_HOST).isEmpty()) {
            throw refused("it is a fragment, which would run as a part of another bundle");
        }
        return new PluginManifest(
                symbolicName,
                version(text(main, Constants.BUNDLE_VERSION)),
                paths(text(main, Constants.BUNDLE_CLASSPATH)),
                paths(text(main, Constants.EXPORT_PACKAGE)));
    }

    private static Version version(String text) throws StoqException {
        try {
            return Version.parseVersion(text);
        } catch (IllegalArgumentException e) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    "its Bundle-Version is no version such as 1.2.3: '%s'"
                            .formatted(ZipDirectory.printable(text)),
                    e);
        }
    }

    /** Returns the paths of a header: {@code a;b;x:="1,2",c} has a, b and c. */
    private static List<String> paths(String header) {
        List<String> paths = new ArrayList<>();
        for (String clause : split(header, ',')) {
            for (String part : split(clause, ';')) {
                if (!part.isBlank() && part.indexOf('=') < 0) {
                    paths.add(part.strip());
                }
            }
        }
        return List.copyOf(paths);
    }

    private static String first(String header) {
        return split(header, ';').getFirst().strip();
    }

    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            quoted ^= c == '"';
            if (c == separator && !quoted) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }

    private static String text(Attributes main, String name) {
        String value = main.getValue(name);
        return value == null ? "" : value.strip();
    }

    private static StoqException refused(String reason) {
        return new StoqException(StoqErrorCode.INVALID_REQUEST, reason);
    }
}
