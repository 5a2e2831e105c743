package org.stoq.plugins;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertPath;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import javax.security.auth.x500.X500Principal;
import jdk.security.jarsigner.JarSigner;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Somebody with a key and a certificate, who signs jars as jarsigner does. */
record TestSigner(KeyPair keys, X509Certificate certificate) {
    static TestSigner ed25519() {
        return of("Ed25519", "Ed25519", Instant.now().plus(Duration.ofDays(1)));
    }

    static TestSigner elliptic() {
        return of("EC", "SHA256withECDSA", Instant.now().plus(Duration.ofDays(1)));
    }

    static TestSigner expired() {
        return of("Ed25519", "Ed25519", Instant.now().minus(Duration.ofDays(1)));
    }

    PluginSigner asPluginSigner() {
        try {
            return PluginSigner.of(certificate);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    byte[] sign(byte[] jar) {
        return sign(jar, Map.of(), "SHA-384");
    }

    byte[] sign(byte[] jar, Map<String, String> properties, String digest) {
        try {
            CertPath path =
                    CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate));
            JarSigner.Builder builder =
                    new JarSigner.Builder(keys.getPrivate(), path)
                            .digestAlgorithm(digest)
                            .signerName("S%07X".formatted(certificate.hashCode() >>> 4));
            properties.forEach(builder::setProperty);
            Path file = Files.createTempFile("unsigned", ".jar");
            try (ZipFile zip = new ZipFile(Files.write(file, jar).toFile())) {
                ByteArrayOutputStream signed = new ByteArrayOutputStream();
                builder.build().sign(zip, signed);
                return signed.toByteArray();
            } finally {
                Files.delete(file);
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TestSigner of(String keyAlgorithm, String signatureAlgorithm, Instant end) {
        try {
            KeyPair keys = KeyPairGenerator.getInstance(keyAlgorithm).generateKeyPair();
            X500Principal name = new X500Principal("CN=signer of plug-ins");
            var builder =
                    new JcaX509v3CertificateBuilder(
                            name,
                            BigInteger.ONE,
                            Date.from(end.minus(Duration.ofDays(2))),
                            Date.from(end),
                            name,
                            keys.getPublic());
            var signer = new JcaContentSignerBuilder(signatureAlgorithm).build(keys.getPrivate());
            return new TestSigner(
                    keys, new JcaX509CertificateConverter().getCertificate(builder.build(signer)));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
