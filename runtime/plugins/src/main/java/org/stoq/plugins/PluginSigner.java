package org.stoq.plugins;

import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.stoq.sdk.Digest;

/**
 * Who has signed a plug-in.
 *
 * @param fingerprint SHA-256 of the certificate, 64 lower-case hexadecimal digits
 * @param rawKey the certificate's raw Ed25519 public key (RFC 8032), likewise; empty for others
 */
record PluginSigner(String fingerprint, Optional<String> rawKey) {
    private static final int RAW_KEY_BYTES = 32;

    /** Returns the signer with that certificate. */
    static PluginSigner of(X509Certificate certificate) throws CertificateEncodingException {
        return new PluginSigner(
                HexFormat.of().formatHex(Digest.of(certificate.getEncoded()).toBytes()),
                rawKey(certificate.getPublicKey()));
    }

    /** Returns whether the certificate or its key is among the pinned ones. */
    boolean isAmong(Set<String> pinned) {
        return pinned.contains(fingerprint) || rawKey.filter(pinned::contains).isPresent();
    }

    private static Optional<String> rawKey(PublicKey key) {
        if (key instanceof EdECPublicKey curve
                && curve.getParams().getName().equals(NamedParameterSpec.ED25519.getName())) {
            // RFC 8410 s.4: the encoding ends with the key itself.
            byte[] encoded = key.getEncoded();
            byte[] raw =
                    Arrays.copyOfRange(encoded, encoded.length - RAW_KEY_BYTES, encoded.length);
            return Optional.of(HexFormat.of().formatHex(raw));
        }
        return Optional.empty();
    }
}
