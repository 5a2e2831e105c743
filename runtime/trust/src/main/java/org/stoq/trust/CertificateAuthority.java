package org.stoq.trust;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.stoq.sdk.call.PeerCertificate;
import org.stoq.sdk.call.Role;

/**
 * A certificate authority in a folder: {@code ca.pem} and {@code ca.key}, for a mesh of one's own.
 *
 * <p>Certificates are Ed25519 (RFC 8410) and follow RFC 5280. A leaf names its node by the URI
 * {@code stoq:<node-id>} among its alternative names; an operator's has {@code stoq-role:operator}
 * beside it.
 */
public final class CertificateAuthority {

    /** The authority's certificate, which anybody may read. */
    static final String CERTIFICATE_FILE = "ca.pem";

    /** The authority's private key. */
    static final String KEY_FILE = "ca.key";

    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3_650);

    /** Clocks of other machines may be a little behind. */
    static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private static final int SERIAL_BITS = 127;

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final InstantSource clock;

    private CertificateAuthority(X509Certificate certificate, PrivateKey key, InstantSource clock) {
        this.certificate = certificate;
        this.key = key;
        this.clock = clock;
    }

    /** Returns whether a folder holds an authority with its key. */
    public static boolean exists(Path folder) {
        return Files.exists(folder.resolve(KEY_FILE))
                && Files.exists(folder.resolve(CERTIFICATE_FILE));
    }

    /**
     * Makes an authority, valid for ten years.
     *
     * @param name its common name
     * @throws TrustException if the folder holds one already, with or without its key
     */
    public static CertificateAuthority create(Path folder, String name, InstantSource clock)
            throws IOException {
        if (exists(folder)) {
            throw new TrustException(folder + " holds an authority already", "stoq ca show", null);
        }
        if (Files.exists(folder.resolve(CERTIFICATE_FILE))) {
            throw new TrustException(
                    folder + " trusts an authority whose key is elsewhere",
                    "mv %1$s %1$s.old, to begin anew with stoq ca init".formatted(folder),
                    null);
        }
        PemFiles.makePrivateDirectory(folder);
        KeyPair pair = IdentityKey.newKeyPair();
        X500Name subject = new X500Name("CN=" + name);
        Instant now = clock.instant();
        X509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        subject,
                        serial(),
                        Date.from(now.minus(CLOCK_SKEW)),
                        Date.from(now.plus(AUTHORITY_LIFE)),
                        subject,
                        pair.getPublic());
        try {
            JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    utils.createSubjectKeyIdentifier(pair.getPublic()));
            X509Certificate certificate = sign(builder, pair.getPrivate());
            PemFiles.writeKey(folder.resolve(KEY_FILE), pair.getPrivate());
            PemFiles.writeCertificates(folder.resolve(CERTIFICATE_FILE), List.of(certificate));
            return new CertificateAuthority(certificate, pair.getPrivate(), clock);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new TrustException("cannot make an authority: " + e.getMessage(), "", e);
        }
    }

    /** Opens the authority of a folder. */
    public static CertificateAuthority open(Path folder, InstantSource clock) throws IOException {
        return new CertificateAuthority(
                PemFiles.readCertificates(folder.resolve(CERTIFICATE_FILE)).getFirst(),
                PemFiles.readKey(folder.resolve(KEY_FILE)),
                clock);
    }

    /** Returns the authority's own certificate. */
    public X509Certificate certificate() {
        return certificate;
    }

    /**
     * Issues a certificate. It ends with the authority's own at the latest.
     *
     * @throws TrustException if the authority's certificate has expired
     */
    public X509Certificate issue(LeafRequest request) throws TrustException {
        Instant now = clock.instant();
        Instant end = certificate.getNotAfter().toInstant();
        if (now.isAfter(end)) {
            throw new TrustException(
                    "the authority '%s' was valid until %s"
                            .formatted(certificate.getSubjectX500Principal().getName(), end),
                    "move its folder away and run stoq ca init",
                    null);
        }
        Instant leafEnd = now.plus(request.life()).isBefore(end) ? now.plus(request.life()) : end;
        X509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(
                        certificate,
                        serial(),
                        Date.from(now.minus(CLOCK_SKEW)),
                        Date.from(leafEnd),
                        new X500Name("CN=" + request.id().shortName()),
                        request.key());
        try {
            JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(
                            new KeyPurposeId[] {
                                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                            }));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    utils.createAuthorityKeyIdentifier(certificate));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    utils.createSubjectKeyIdentifier(request.key()));
            builder.addExtension(Extension.subjectAlternativeName, false, names(request));
            return sign(builder, key);
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new TrustException("cannot issue a certificate: " + e.getMessage(), "", e);
        }
    }

    private static GeneralNames names(LeafRequest request) {
        List<GeneralName> names = new ArrayList<>();
        names.add(
                new GeneralName(
                        GeneralName.uniformResourceIdentifier,
                        PeerCertificate.NODE_URI_PREFIX + request.id()));
        if (request.role() == Role.OPERATOR) {
            names.add(
                    new GeneralName(
                            GeneralName.uniformResourceIdentifier, PeerCertificate.OPERATOR_URI));
        }
        for (String name : request.names()) {
            names.add(
                    new GeneralName(
                            name.contains(":") ? GeneralName.iPAddress : GeneralName.dNSName,
                            name));
        }
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("Ed25519").build(key)));
    }

    private static BigInteger serial() {
        return new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS - 1);
    }
}
