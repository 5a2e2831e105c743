package org.stoq.transport;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Makes and checks the tokens of Retry packets (RFC 9000 s.8.1.4): a client that brings one back
 * receives at the address that it sends from.
 *
 * <pre>
 * token = key number (1) | time (8) | tag (16) | original connection id (8 to 20)
 * tag   = first 16 bytes of HMAC-SHA-256(key,
 *             key number | time | address (16) | port (2) | length | original id | id of the Retry)
 * </pre>
 *
 * <p>A token is good for {@link #life}, for one address and port, and for the one connection id
 * that the Retry packet has named. A new key comes every {@link #keyAge}, the one before still
 * checks. Thread-safe; time and randomness come from outside.
 */
final class RetryTokens {
    /** A client answers a Retry at once; this covers a lost packet or two. */
    static final Duration LIFE = Duration.ofSeconds(10);

    static final Duration KEY_AGE = Duration.ofMinutes(2);

    static final int MAX_BYTES = 1 + 8 + 16 + 20;

    private static final int MIN_BYTES = MAX_BYTES - 12;
    private static final int TIME_AT = 1;
    private static final int TAG_AT = TIME_AT + Long.BYTES;
    private static final int TAG_BYTES = 16;
    private static final int ID_AT = TAG_AT + TAG_BYTES;
    private static final int KEY_BYTES = 32;
    private static final int INVALID = -1;
    private static final String ALGORITHM = "HmacSHA256";

    private final Duration life;
    private final Duration keyAge;
    private final SecureRandom random;
    private final ReentrantLock rotation = new ReentrantLock();

    /** Written under the lock, read without it. */
    private volatile Keys keys;

    /** The number of the current key goes into tokens, modulo 256. */
    private record Keys(
            byte number, SecretKeySpec current, @Nullable SecretKeySpec previous, long madeNanos) {
        @Nullable SecretKeySpec find(byte wanted) {
            if (wanted == number) {
                return current;
            }
            return wanted == (byte) (number - 1) ? previous : null;
        }
    }

    RetryTokens(SecureRandom random, long nowNanos) {
        this(LIFE, KEY_AGE, random, nowNanos);
    }

    RetryTokens(Duration life, Duration keyAge, SecureRandom random, long nowNanos) {
        this.life = life;
        this.keyAge = keyAge;
        this.random = random;
        this.keys = new Keys((byte) 0, newKey(), null, nowNanos);
    }

    /** How long a token is good for. */
    Duration life() {
        return life;
    }

    /** How often there is a new key. */
    Duration keyAge() {
        return keyAge;
    }

    /**
     * Makes a token.
     *
     * @param originalId what the client has called the connection, 8 to 20 bytes
     * @param retryId what the Retry packet tells it to call the connection
     */
    byte[] issue(InetSocketAddress client, byte[] originalId, byte[] retryId, long nowNanos) {
        if (originalId.length < 8 || originalId.length > MAX_BYTES - ID_AT) {
            throw new IllegalArgumentException("a connection id of " + originalId.length);
        }
        Keys now = keysAt(nowNanos);
        ByteBuffer token = ByteBuffer.allocate(ID_AT + originalId.length);
        token.put(now.number())
                .putLong(nowNanos)
                .position(ID_AT)
                .put(originalId)
                .put(TAG_AT, tag(now.current(), token.array(), client, retryId));
        return token.array();
    }

    /**
     * Checks a token.
     *
     * @param token from anybody, of any length
     * @param connectionId what the packet that brought it calls the connection
     * @return where the original connection id begins, which is the rest of the token; or -1 if the
     *     token is not good
     */
    int verify(byte[] token, InetSocketAddress client, byte[] connectionId, long nowNanos) {
        if (token.length < MIN_BYTES || token.length > MAX_BYTES) {
            return INVALID;
        }
        SecretKeySpec key = keysAt(nowNanos).find(token[0]);
        if (key == null) {
            return INVALID;
        }
        byte[] tag = Arrays.copyOfRange(token, TAG_AT, ID_AT);
        if (!MessageDigest.isEqual(tag, tag(key, token, client, connectionId))) {
            return INVALID;
        }
        long ageNanos = nowNanos - ByteBuffer.wrap(token).getLong(TIME_AT);
        return ageNanos < 0 || ageNanos > life.toNanos() ? INVALID : ID_AT;
    }

    private static byte[] tag(
            SecretKeySpec key, byte[] token, InetSocketAddress client, byte[] retryId) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(token, 0, TAG_AT);
            mac.update(client.getAddress().getAddress());
            mac.update((byte) (client.getPort() >> Byte.SIZE));
            mac.update((byte) client.getPort());
            mac.update((byte) (token.length - ID_AT));
            mac.update(token, ID_AT, token.length - ID_AT);
            return Arrays.copyOf(mac.doFinal(retryId), TAG_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    private Keys keysAt(long nowNanos) {
        Keys now = keys;
        if (nowNanos - now.madeNanos() < keyAge.toNanos()) {
            return now;
        }
        rotation.lock();
        try {
            Keys latest = keys;
            long ageNanos = nowNanos - latest.madeNanos();
            if (ageNanos >= keyAge.toNanos()) {
                // A key so old that even its successor would be out of use checks nothing more.
                SecretKeySpec previous = ageNanos < 2 * keyAge.toNanos() ? latest.current() : null;
                latest = new Keys((byte) (latest.number() + 1), newKey(), previous, nowNanos);
                keys = latest;
            }
            return latest;
        } finally {
            rotation.unlock();
        }
    }

    private SecretKeySpec newKey() {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return new SecretKeySpec(key, ALGORITHM);
    }
}
