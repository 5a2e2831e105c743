package org.stoq.plugins;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.security.cert.CertificateEncodingException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * Decides whether a file is a well-formed plug-in, and tells who has signed it. Whether those
 * signers will do is for a {@link SigningRule} to say, which may change while the node runs.
 *
 * <p>Keeps nothing. Blocks while it reads.
 *
 * @param limits how much a plug-in may contain
 */
record Admission(AdmissionLimits limits) {
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*");
    private static final Pattern SIGNATURE_FILE =
            Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)", Pattern.CASE_INSENSITIVE);
    private static final Pattern VERSIONED = Pattern.compile("^META-INF/versions/\\d+/");
    private static final String META_INF = "META-INF/";
    private static final List<String> FORBIDDEN_PACKAGES = List.of("org/stoq/sdk/", "java/");

    /**
     * Checks a file.
     *
     * @param reserved symbolic names that no plug-in may have
     * @return what it is
     * @throws IncompleteJarException if the file ends before the jar does
     * @throws StoqException INVALID_REQUEST, TOO_LARGE, INTEGRITY or FORBIDDEN, with the reason
     * @throws IOException if the file cannot be read
     */
    PluginJar inspect(StagedJar staged, Set<String> reserved) throws IOException {
        long sizeBytes;
        List<ZipDirectory.Entry> entries;
        try (FileChannel channel = FileChannel.open(staged.file())) {
            sizeBytes = channel.size();
            if (sizeBytes > limits.maxFileBytes()) {
                throw tooLarge(
                        "it has %d bytes, plugins.max_size is %d"
                                .formatted(sizeBytes, limits.maxFileBytes()));
            }
            entries = ZipDirectory.read(channel, limits);
        }
        requireNames(entries);
        requireSizes(entries);
        try (JarFile jar = new JarFile(staged.file().toFile(), true)) {
            Manifest manifest = jar.getManifest();
            if (manifest == null) {
                throw refused("it has no META-INF/MANIFEST.MF, so it is no OSGi bundle");
            }
            PluginManifest says = PluginManifest.of(manifest);
            if (reserved.contains(says.symbolicName())) {
                throw new StoqException(
                        StoqErrorCode.FORBIDDEN,
                        "'%s' is the name of a bundle of the node itself"
                                .formatted(says.symbolicName()));
            }
            requirePackages(entries, says);
            JarReading reading = new JarReading(jar, limits, says.classPath());
            for (ZipDirectory.Entry entry : entries) {
                reading.read(entry);
            }
            return new PluginJar(
                    says.symbolicName(),
                    says.version(),
                    staged.content(),
                    sizeBytes,
                    reading.signers(manifest, entries));
        } catch (StoqException e) {
            throw e;
        } catch (IOException e) {
            // The copy is ours and just written: it is the content that cannot be read.
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, "it is damaged: " + e.getMessage(), e);
        } catch (SecurityException | CertificateEncodingException e) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY, "its signature is broken: " + e.getMessage(), e);
        }
    }

    /** Returns whether an entry is a part of a signature, which nobody can sign. */
    static boolean isSignatureFile(String name) {
        return SIGNATURE_FILE.matcher(name).matches();
    }

    /** Returns whether no plug-in may bring a file along because of its package. */
    static boolean isForbiddenPackage(String pathInClassPath) {
        String path = VERSIONED.matcher(pathInClassPath).replaceFirst("");
        return FORBIDDEN_PACKAGES.stream().anyMatch(path::startsWith);
    }

    /** Returns the refusal of a plug-in that brings such a file along. */
    static StoqException forbiddenPackage(String path) {
        return refused(
                "it brings along '%s', which is the node's to provide: import the package instead"
                        .formatted(ZipDirectory.printable(path)));
    }

    private static void requireNames(List<ZipDirectory.Entry> entries) throws StoqException {
        Set<String> seen = new HashSet<>();
        for (ZipDirectory.Entry entry : entries) {
            String name = entry.name();
            String shown = ZipDirectory.printable(name);
            String path = entry.isFolder() ? name.substring(0, name.length() - 1) : name;
            boolean climbs =
                    path.isEmpty()
                            || List.of(path.split("/", -1)).stream()
                                    .anyMatch(part -> part.isEmpty() || part.matches("\\.\\.?"));
            if (climbs || DRIVE.matcher(name).matches()) {
                throw refused("an entry's name leads out of the jar: '" + shown + "'");
            }
            if (name.indexOf('\\') >= 0 || name.chars().anyMatch(Character::isISOControl)) {
                throw refused("an entry's name has forbidden characters: '" + shown + "'");
            }
            if (!seen.add(path.toLowerCase(Locale.ROOT))) {
                throw refused("two entries are called '%s', give or take case".formatted(shown));
            }
            // Some readers take META-INF in any case, others do not.
            if (name.regionMatches(true, 0, META_INF, 0, META_INF.length())
                    && !name.startsWith(META_INF)) {
                throw refused("META-INF is written in capitals: '" + shown + "'");
            }
            if (name.equalsIgnoreCase(JarFile.MANIFEST_NAME)
                    && !name.equals(JarFile.MANIFEST_NAME)) {
                throw refused("the manifest is not called MANIFEST.MF: '" + shown + "'");
            }
        }
    }

    private void requireSizes(List<ZipDirectory.Entry> entries) throws StoqException {
        long total = 0;
        for (ZipDirectory.Entry entry : entries) {
            String shown = ZipDirectory.printable(entry.name());
            long plain = entry.plainBytes();
            total += plain;
            if (total > limits.maxPlainBytes()) {
                throw tooLarge(
                        "it has over %d bytes when unpacked".formatted(limits.maxPlainBytes()));
            }
            if (plain > AdmissionLimits.RATIO_FREE_BYTES
                    && plain > entry.packedBytes() * limits.maxRatio()) {
                throw tooLarge(
                        "'%s' is over %d times larger when unpacked"
                                .formatted(shown, limits.maxRatio()));
            }
            boolean meta = entry.name().equals(JarFile.MANIFEST_NAME) || isSignatureFile(shown);
            if (meta && plain > AdmissionLimits.MAX_MANIFEST_BYTES) {
                throw tooLarge("'%s' has %d bytes".formatted(shown, plain));
            }
            if (entry.isFolder() && plain > 0) {
                throw refused("the folder '" + shown + "' has content");
            }
        }
    }

    private static void requirePackages(List<ZipDirectory.Entry> entries, PluginManifest says)
            throws StoqException {
        for (String exported : says.exported()) {
            if (isForbiddenPackage(exported.replace('.', '/') + "/")) {
                throw forbiddenPackage(exported);
            }
        }
        for (ZipDirectory.Entry entry : entries) {
            if (entry.isFolder()) {
                continue;
            }
            String name = entry.name();
            boolean inFolder =
                    says.classPath().stream()
                            .map(root -> root.endsWith("/") ? root : root + "/")
                            .filter(name::startsWith)
                            .anyMatch(root -> isForbiddenPackage(name.substring(root.length())));
            if (inFolder || isForbiddenPackage(name)) {
                throw forbiddenPackage(name);
            }
        }
    }

    private static StoqException tooLarge(String reason) {
        return new StoqException(StoqErrorCode.TOO_LARGE, reason);
    }

    private static StoqException refused(String reason) {
        return new StoqException(StoqErrorCode.INVALID_REQUEST, reason);
    }
}
