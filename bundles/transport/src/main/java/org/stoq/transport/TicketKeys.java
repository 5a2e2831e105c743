package org.stoq.transport;

import io.netty.handler.codec.quic.SslSessionTicketKey;
import java.security.SecureRandom;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The keys that seal a listener's session tickets (RFC 5077 s.5.5). They outlive certificates, so a
 * client can resume after one was renewed, but not themselves: a new one comes every {@link #AGE},
 * and the one before still opens what it has sealed. Belongs to one thread at a time.
 */
final class TicketKeys {
    static final Duration AGE = Duration.ofHours(12);

    private final SecureRandom random;
    private SslSessionTicketKey current;
    private @Nullable SslSessionTicketKey previous;
    private long madeNanos;

    TicketKeys(SecureRandom random, long nowNanos) {
        this.random = random;
        this.current = make();
        this.madeNanos = nowNanos;
    }

    /**
     * Makes a new key if the current one is old.
     *
     * @return whether {@link #keys} has changed
     */
    boolean rotate(long nowNanos) {
        if (nowNanos - madeNanos < AGE.toNanos()) {
            return false;
        }
        // A key so old that even its successor would be out of use opens nothing any more.
        previous = nowNanos - madeNanos < 2 * AGE.toNanos() ? current : null;
        current = make();
        madeNanos = nowNanos;
        return true;
    }

    /** Returns the keys: the first seals, all open. */
    SslSessionTicketKey[] keys() {
        return previous == null
                ? new SslSessionTicketKey[] {current}
                : new SslSessionTicketKey[] {current, previous};
    }

    private SslSessionTicketKey make() {
        return new SslSessionTicketKey(
                bytes(SslSessionTicketKey.NAME_SIZE),
                bytes(SslSessionTicketKey.HMAC_KEY_SIZE),
                bytes(SslSessionTicketKey.AES_KEY_SIZE));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
