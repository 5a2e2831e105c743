package org.stoq.trust;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cose.Signer;

/**
 * The folder where a user's development authority and operator certificate lie, {@code ~/.stoq}
 * unless the system property {@value #HOME_PROPERTY} or the environment variable {@code STOQ_HOME}
 * names another.
 *
 * <pre>
 * ca/ca.pem, ca/ca.key                      the authority
 * operator/{identity.key,cert.pem,key.pem}  the operator
 * </pre>
 *
 * A node's own files lie in {@code identity/} of its data directory. What is missing is made; what
 * has used up two thirds of its life is issued anew, as long as the authority's key is here.
 * Several processes, and threads of one, may start at once: a file lock orders them.
 *
 * @param folder the folder
 */
public record StoqHome(Path folder) {
    /** The system property that names the folder; it goes before the environment variable. */
    public static final String HOME_PROPERTY = "stoq.home.user";

    /** Long enough for those who have nobody to rotate certificates. */
    private static final Duration LEAF_LIFE = Duration.ofDays(30);

    private static final String IDENTITY_KEY = "identity.key";
    private static final String CHAIN = "cert.pem";
    private static final String TLS_KEY = "key.pem";

    /** How often to ask for the lock while another thread of this process holds it. */
    private static final long LOCK_POLL_NANOS = 5_000_000;

    /** Returns the folder of the user who runs this process. */
    public static StoqHome ofUser() {
        return Stream.of(System.getProperty(HOME_PROPERTY), System.getenv("STOQ_HOME"))
                .filter(configured -> configured != null && !configured.isEmpty())
                .findFirst()
                .map(configured -> new StoqHome(Path.of(configured)))
                .orElseGet(() -> new StoqHome(Path.of(System.getProperty("user.home"), ".stoq")));
    }

    /** Returns where the authority lies. */
    public Path authorityFolder() {
        return folder.resolve("ca");
    }

    /** Returns where the authority's certificate lies: whom everybody here trusts. */
    public Path authorityCertificate() {
        return authorityFolder().resolve(CertificateAuthority.CERTIFICATE_FILE);
    }

    /** Reads the certificates of authorities to trust. */
    public static List<X509Certificate> readAuthorities(Path file) throws IOException {
        return PemFiles.readCertificates(file);
    }

    /** Returns the authority, which is made if it is missing. */
    public CertificateAuthority authority(InstantSource clock) throws IOException {
        return locked(() -> openOrCreate(clock));
    }

    /** Returns the operator, who is made if missing. */
    public Certified operator(InstantSource clock) throws IOException {
        return certified(
                folder.resolve("operator"), Role.OPERATOR, Renewal.LOCAL_NAMES, LEAF_LIFE, clock);
    }

    /** Returns the identity of a node, with a certificate that lives 30 days. */
    public Certified node(Path dataDirectory, List<String> names, InstantSource clock)
            throws IOException {
        return node(dataDirectory, names, LEAF_LIFE, clock);
    }

    /**
     * Returns the identity of a node, which is made if it is missing.
     *
     * @param dataDirectory the node's data directory
     * @param names further names and IPv6 literals under which it is reached, beside localhost and
     *     ::1
     * @param life how long its certificate may live; a longer one is issued anew
     */
    public Certified node(
            Path dataDirectory, List<String> names, Duration life, InstantSource clock)
            throws IOException {
        List<String> all =
                Stream.concat(Renewal.LOCAL_NAMES.stream(), names.stream()).distinct().toList();
        return certified(dataDirectory.resolve("identity"), Role.NODE, all, life, clock);
    }

    /**
     * Reads an identity and certificate that somebody else manages.
     *
     * @param identity file of the identity key, which is made if it is missing
     * @param chain file of the certificate chain
     * @param key file of the TLS key
     * @param authorities file of the trusted authorities
     * @throws TrustException if the certificate is for another identity or key, or is not valid now
     */
    public static Certified read(
            Path identity, Path chain, Path key, Path authorities, InstantSource clock)
            throws IOException {
        PemFiles.makePrivateDirectory(identity.toAbsolutePath().resolveSibling(".").normalize());
        Signer signer = IdentityKey.readOrMake(identity);
        List<X509Certificate> certificates = PemFiles.readCertificates(chain);
        PrivateKey tlsKey = PemFiles.readKey(key);
        LeafCheck.require(certificates.getFirst(), tlsKey, signer.id(), chain, clock.instant());
        return new Certified(signer, certificates, tlsKey, PemFiles.readCertificates(authorities));
    }

    /**
     * Reads whose identity key lies in a folder.
     *
     * @param folder {@code identity/} of a node's data directory, or {@code operator/} of the home
     * @throws java.nio.file.NoSuchFileException if none lies there
     * @throws TrustException if it is none, or others may read it
     */
    public static NodeId identityIn(Path folder) throws IOException {
        return IdentityKey.read(folder.resolve(IDENTITY_KEY)).id();
    }

    private Certified certified(
            Path target, Role role, List<String> names, Duration life, InstantSource clock)
            throws IOException {
        return locked(() -> {
            PemFiles.makePrivateDirectory(target);
            Signer signer = IdentityKey.readOrMake(target.resolve(IDENTITY_KEY));
            Path chain = target.resolve(CHAIN);
            Path key = target.resolve(TLS_KEY);
            if (needsIssue(chain, key, role, names, life, clock.instant())) {
                LeafNames leaf = new LeafNames(signer.id(), role, names);
                requireAuthorityKey(leaf);
                issue(openOrCreate(clock), leaf, life, chain, key);
            }
            return read(target.resolve(IDENTITY_KEY), chain, key, authorityCertificate(), clock);
        });
    }

    private boolean needsIssue(
            Path chain, Path key, Role role, List<String> names, Duration life, Instant now)
            throws IOException {
        if (!Files.exists(chain) || !Files.exists(key)) {
            return true;
        }
        if (!CertificateAuthority.exists(authorityFolder())) {
            requireAuthorityCertificate(chain);
            return false;
        }
        X509Certificate leaf = PemFiles.readCertificates(chain).getFirst();
        // The two files are written one after the other; an end in between leaves a pair that is
        // none.
        boolean torn = !LeafCheck.belongTogether(leaf, PemFiles.readKey(key));
        X509Certificate authority = PemFiles.readCertificates(authorityCertificate()).getFirst();
        return torn
                || Renewal.isDue(leaf, now)
                || (role == Role.NODE && LeafCheck.livesLonger(leaf, life))
                || !LeafCheck.isIssuedBy(leaf, authority)
                || !LeafCheck.hasNames(leaf, names);
    }

    /**
     * A certificate without its authority came from elsewhere; it is not to be replaced unasked.
     */
    private void requireAuthorityCertificate(Path chain) throws TrustException {
        Path certificate = authorityCertificate();
        if (!Files.exists(certificate)) {
            throw new TrustException(
                    certificate + " is missing, whose key has issued " + chain,
                    "copy it there, or begin anew with stoq ca init",
                    null);
        }
    }

    /** Who trusts an authority whose key is elsewhere cannot begin another one unasked. */
    private void requireAuthorityKey(LeafNames leaf) throws TrustException {
        if (Files.exists(authorityCertificate())
                && !CertificateAuthority.exists(authorityFolder())) {
            throw new TrustException(
                    authorityFolder() + " trusts an authority whose key is elsewhere",
                    "where that key is: " + Renewal.command(leaf.id, leaf.role, leaf.names),
                    null);
        }
    }

    /** Whom a certificate is for. */
    private record LeafNames(NodeId id, Role role, List<String> names) {
        LeafRequest request(PublicKey key, Duration life) {
            return new LeafRequest(key, id, role, names, life);
        }
    }

    private static void issue(
            CertificateAuthority authority, LeafNames whom, Duration life, Path chain, Path key)
            throws IOException {
        KeyPair pair = IdentityKey.newKeyPair();
        X509Certificate leaf = authority.issue(whom.request(pair.getPublic(), life));
        PemFiles.writeKey(key, pair.getPrivate());
        PemFiles.writeCertificates(chain, List.of(leaf));
    }

    private CertificateAuthority openOrCreate(InstantSource clock) throws IOException {
        return CertificateAuthority.exists(authorityFolder())
                ? CertificateAuthority.open(authorityFolder(), clock)
                : CertificateAuthority.create(
                        authorityFolder(), "STOQ development authority", clock);
    }

    /** Something done while no other process touches the folder. */
    @FunctionalInterface
    private interface Locked<T> {
        T run() throws IOException;
    }

    private <T> T locked(Locked<T> work) throws IOException {
        PemFiles.makePrivateDirectory(folder);
        try (FileChannel file =
                        FileChannel.open(
                                folder.resolve(".lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock lock = lock(file)) {
            if (!lock.isValid()) {
                throw new TrustException("the lock of " + folder + " was lost", "", null);
            }
            return work.run();
        }
    }

    /**
     * Waits for the lock; other processes make it block, other threads of this one make it ask
     * again.
     */
    private static FileLock lock(FileChannel file) throws IOException {
        while (true) {
            try {
                return file.lock();
            } catch (OverlappingFileLockException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw (IOException) new ClosedByInterruptException().initCause(e);
                }
                LockSupport.parkNanos(LOCK_POLL_NANOS);
            }
        }
    }
}
