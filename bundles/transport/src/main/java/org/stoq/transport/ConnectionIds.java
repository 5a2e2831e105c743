package org.stoq.transport;

import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes the connection ids of one shard (RFC 9000 s.5.1): the first byte is the number of the
 * shard, so that a packet finds its loop wherever its client has moved; the rest says nothing.
 *
 * <p>The first id of a connection follows from the one that the client has chosen, so that a first
 * packet that comes twice makes one connection, and a Retry token can be bound to the id that goes
 * out with it. All others are random. Belongs to the event loop of its shard.
 */
final class ConnectionIds implements QuicConnectionIdGenerator {
    static final int LENGTH = 20;

    /** As many as one byte can tell apart. */
    static final int MAX_SHARDS = 256;

    private static final String ALGORITHM = "HmacSHA256";

    private final byte shard;
    private final SecureRandom random;
    private final Mac mac;

    /**
     * Makes ids for one shard.
     *
     * @param secret what first ids are derived with, the same for all shards of a port
     */
    ConnectionIds(int shard, byte[] secret, SecureRandom random) {
        if (shard < 0 || shard >= MAX_SHARDS) {
            throw new IllegalArgumentException("shard " + shard);
        }
        this.shard = (byte) shard;
        this.random = random;
        try {
            this.mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** Returns the id for a connection whose client has called it by another. */
    byte[] first(byte[] chosenByClient) {
        byte[] id = mac.doFinal(chosenByClient);
        id[0] = shard;
        return Arrays.copyOf(id, LENGTH);
    }

    @Override
    public ByteBuffer newId(ByteBuffer source, ByteBuffer destination, int length) {
        byte[] chosen = new byte[destination.remaining()];
        destination.duplicate().get(chosen);
        return ByteBuffer.wrap(first(chosen), 0, length).slice();
    }

    @Override
    public ByteBuffer newId(ByteBuffer current, int length) {
        return newId(length);
    }

    @Override
    public ByteBuffer newId(int length) {
        byte[] id = new byte[length];
        random.nextBytes(id);
        id[0] = shard;
        return ByteBuffer.wrap(id);
    }

    @Override
    public int maxConnectionIdLength() {
        return LENGTH;
    }

    @Override
    public boolean isIdempotent() {
        return false;
    }
}
