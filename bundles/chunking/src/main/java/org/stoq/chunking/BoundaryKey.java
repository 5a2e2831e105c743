package org.stoq.chunking;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

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
