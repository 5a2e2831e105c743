package org.stoq.chunking;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.stoq.sdk.config.CdnConfig;
import org.stoq.sdk.config.SecretFile;

/**
 * The secret of a network from which the chunkers make what is otherwise published. Immutable.
 *
 * <p>Number <i>n</i> for a purpose is the first eight bytes, big-endian, of HMAC-SHA256 under the
 * secret of "stoq chunking ", the purpose, and <i>n</i> as four bytes.
 */
final class BoundaryKey {
    private final SecretKeySpec secret;

    /** Creates a key of a secret, which is copied. */
    BoundaryKey(byte[] secret) {
        this.secret = new SecretKeySpec(secret, "HmacSHA256");
    }

    /**
     * Returns the key that the table {@code [cdn]} names, if it does.
     *
     * @throws IllegalArgumentException if there is no usable secret in the file that is named
     */
    static Optional<BoundaryKey> configured(Map<String, Object> properties) {
        return CdnConfig.TABLE
                .readProperties(properties)
                .boundaryKey()
                .map(file -> new BoundaryKey(SecretFile.read(file)));
    }

    long number(String purpose, int number) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(secret);
            mac.update(("stoq chunking " + purpose).getBytes(StandardCharsets.US_ASCII));
            mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).flip());
            return ByteBuffer.wrap(mac.doFinal()).getLong();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA256", e);
        }
    }
}
