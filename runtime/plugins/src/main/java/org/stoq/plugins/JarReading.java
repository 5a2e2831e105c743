package org.stoq.plugins;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.CodeSigner;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * One reading of every entry of a jar: checks that sizes and checksums are true, what jars inside
 * the jar bring along, and who has signed everything.
 *
 * <p>Belongs to one thread.
 */
final class JarReading {
    private static final int BLOCK_BYTES = 64 << 10;

    /** Algorithms of a digest over the whole manifest that still mean something. */
    private static final List<String> STRONG = List.of("SHA-512", "SHA-384", "SHA-256");

    private final JarFile jar;
    private final AdmissionLimits limits;
    private final Set<String> classPath;
    private final byte[] block = new byte[BLOCK_BYTES];

    /** Who has signed every entry so far; null before the first one. */
    private @Nullable Set<PluginSigner> signers;

    private long nestedBytes;

    JarReading(JarFile jar, AdmissionLimits limits, List<String> classPath) {
        this.jar = jar;
        this.limits = limits;
        this.classPath = Set.copyOf(classPath);
    }

    /**
     * Reads an entry.
     *
     * @throws StoqException INVALID_REQUEST or TOO_LARGE
     * @throws SecurityException if it does not match its signature
     */
    void read(ZipDirectory.Entry entry) throws IOException, CertificateEncodingException {
        JarEntry found = jar.getJarEntry(entry.name());
        if (found == null) {
            throw damaged(entry);
        }
        try (Checked content = new Checked(jar.getInputStream(found), entry.plainBytes())) {
            if (classPath.contains(entry.name()) && !entry.isFolder()) {
                readNested(entry.name(), content);
            }
            while (content.read(block, 0, block.length) >= 0) {
                // The stream itself counts and sums.
            }
            if (content.count != entry.plainBytes() || content.crc.getValue() != entry.crc()) {
                throw damaged(entry);
            }
        }
        boolean signable =
                !entry.isFolder()
                        && !entry.name().equals(JarFile.MANIFEST_NAME)
                        && !Admission.isSignatureFile(entry.name());
        if (signable) {
            retain(signersOf(found));
        }
    }

    /**
     * Returns who has signed everything: each entry, and the manifest as a whole, whose main part
     * says what the framework runs.
     *
     * @throws StoqException INTEGRITY if the jar is signed and something was taken out of it
     */
    List<PluginSigner> signers(Manifest manifest, List<ZipDirectory.Entry> entries)
            throws IOException {
        if (signers == null || signers.isEmpty() || !signaturesCoverManifest(entries)) {
            return List.of();
        }
        Set<String> names =
                entries.stream().map(ZipDirectory.Entry::name).collect(Collectors.toSet());
        for (String listed : manifest.getEntries().keySet()) {
            if (!names.contains(listed)) {
                throw new StoqException(
                        StoqErrorCode.INTEGRITY,
                        "'%s' was signed and is not there any more"
                                .formatted(ZipDirectory.printable(listed)));
            }
        }
        return List.copyOf(signers);
    }

    private void readNested(String name, InputStream content) throws IOException {
        ZipInputStream nested = new ZipInputStream(content);
        try {
            ZipEntry inner = nested.getNextEntry();
            while (inner != null) {
                if (!inner.isDirectory() && Admission.isForbiddenPackage(inner.getName())) {
                    throw Admission.forbiddenPackage(name + "!/" + inner.getName());
                }
                int count = nested.read(block, 0, block.length);
                while (count >= 0) {
                    nestedBytes += count;
                    if (nestedBytes > limits.maxPlainBytes()) {
                        throw new StoqException(
                                StoqErrorCode.TOO_LARGE,
                                "the jars inside it have over %d bytes when unpacked"
                                        .formatted(limits.maxPlainBytes()));
                    }
                    count = nested.read(block, 0, block.length);
                }
                inner = nested.getNextEntry();
            }
        } catch (IllegalArgumentException e) {
            // That is how the JDK says that a name is not UTF-8.
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, "the jar '" + name + "' in it is damaged", e);
        }
    }

    private static Set<PluginSigner> signersOf(JarEntry entry) throws CertificateEncodingException {
        CodeSigner[] found = entry.getCodeSigners();
        Set<PluginSigner> signers = new LinkedHashSet<>();
        if (found != null) {
            for (CodeSigner signer : found) {
                if (signer.getSignerCertPath().getCertificates().getFirst()
                        instanceof X509Certificate certificate) {
                    signers.add(PluginSigner.of(certificate));
                }
            }
        }
        return signers;
    }

    private void retain(Set<PluginSigner> ofEntry) {
        if (signers == null) {
            signers = ofEntry;
        } else {
            signers.retainAll(ofEntry);
        }
    }

    /**
     * The JDK lets a signature pass that covers the entries alone; here each must cover the whole
     * manifest.
     */
    private boolean signaturesCoverManifest(List<ZipDirectory.Entry> entries) throws IOException {
        byte[] manifest = bytes(JarFile.MANIFEST_NAME);
        for (ZipDirectory.Entry entry : entries) {
            boolean file =
                    Admission.isSignatureFile(entry.name())
                            && entry.name()
                                    .regionMatches(true, entry.name().length() - 3, ".SF", 0, 3);
            if (file
                    && !covers(
                            new Manifest(new ByteArrayInputStream(bytes(entry.name()))),
                            manifest)) {
                return false;
            }
        }
        return true;
    }

    private static boolean covers(Manifest signatureFile, byte[] manifest) {
        Attributes main = signatureFile.getMainAttributes();
        for (String algorithm : STRONG) {
            String digest = main.getValue(algorithm + "-Digest-Manifest");
            if (digest != null) {
                return digest.equals(digest(algorithm, manifest));
            }
        }
        return false;
    }

    private static String digest(String algorithm, byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + algorithm, e);
        }
    }

    private byte[] bytes(String name) throws IOException {
        try (InputStream content = jar.getInputStream(jar.getEntry(name))) {
            return content.readNBytes(AdmissionLimits.MAX_MANIFEST_BYTES);
        }
    }

    private static StoqException damaged(ZipDirectory.Entry entry) {
        return new StoqException(
                StoqErrorCode.INVALID_REQUEST,
                "the entry '%s' is damaged".formatted(ZipDirectory.printable(entry.name())));
    }

    /** Counts and sums what is read, and ends a reading that brings more than was announced. */
    private static final class Checked extends FilterInputStream {
        private final CRC32 crc = new CRC32();
        private final long announcedBytes;
        private long count;

        Checked(InputStream in, long announcedBytes) {
            super(in);
            this.announcedBytes = announcedBytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            if (read > 0) {
                crc.update(buffer, offset, read);
                count += read;
            }
            if (count > announcedBytes) {
                throw new StoqException(
                        StoqErrorCode.TOO_LARGE, "an entry is larger than it claims to be");
            }
            return read;
        }
    }
}
