package org.stoq.bench.flood;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Protects Initial packets of clients of QUIC version 1 (RFC 9001 s.5). What comes out follows from
 * what goes in; the object only saves making the ciphers anew, which refuse the same packet twice
 * in a row. Not thread-safe.
 */
final class InitialProtection {
    private static final String HMAC = "HmacSHA256";
    private static final String AES = "AES";
    private static final int SECRET_BYTES = 32;
    private static final int KEY_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int SAMPLE_BYTES = 16;
    private static final int TAG_BITS = 8 * InitialPacket.TAG_BYTES;

    /** What of the first byte is protected in a long header (RFC 9001 s.5.4.1). */
    private static final int FIRST_MASK = 0x0F;

    /** RFC 9001 s.5.2. */
    private static final SecretKeySpec SALT =
            new SecretKeySpec(
                    HexFormat.of().parseHex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), HMAC);

    private static final byte[] CLIENT = label("client in", SECRET_BYTES);
    private static final byte[] KEY = label("quic key", KEY_BYTES);
    private static final byte[] NONCE = label("quic iv", NONCE_BYTES);
    private static final byte[] HEADER_KEY = label("quic hp", KEY_BYTES);

    private final Mac mac;
    private final Cipher aead;
    private final Cipher mask;

    InitialProtection() {
        try {
            mac = Mac.getInstance(HMAC);
            aead = Cipher.getInstance("AES/GCM/NoPadding");
            mask = Cipher.getInstance("AES/ECB/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES and HMAC", e);
        }
    }

    /**
     * What one client's Initial packets are protected with.
     *
     * @param key of the AEAD
     * @param nonce which the packet number is added to
     * @param headerKey of the header protection
     */
    record Keys(byte[] key, byte[] nonce, byte[] headerKey) {}

    /** HKDF-Expand-Label's second argument, with an empty context and the counter behind it. */
    private static byte[] label(String name, int length) {
        byte[] text = ("tls13 " + name).getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(Short.BYTES + 1 + text.length + 1 + 1)
                .putShort((short) length)
                .put((byte) text.length)
                .put(text)
                .put((byte) 0)
                .put((byte) 1)
                .array();
    }

    private byte[] hmac(SecretKeySpec key, byte[] input) throws GeneralSecurityException {
        mac.init(key);
        return mac.doFinal(input);
    }

    /** Derives a client's keys from what it calls the server in its first packet. */
    Keys keys(byte[] destinationId) {
        try {
            SecretKeySpec common = new SecretKeySpec(hmac(SALT, destinationId), HMAC);
            SecretKeySpec client = new SecretKeySpec(hmac(common, CLIENT), HMAC);
            // One block of the hash is enough for each.
            return new Keys(
                    Arrays.copyOf(hmac(client, KEY), KEY_BYTES),
                    Arrays.copyOf(hmac(client, NONCE), NONCE_BYTES),
                    Arrays.copyOf(hmac(client, HEADER_KEY), KEY_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + HMAC, e);
        }
    }

    /** Returns the datagram of a packet, as it goes out. */
    byte[] protect(InitialPacket packet) {
        Keys keys = keys(packet.destinationId());
        byte[] header = packet.header();
        byte[] payload = packet.payload();
        byte[] datagram = Arrays.copyOf(header, InitialPacket.DATAGRAM_BYTES);
        try {
            aead.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(keys.key, AES),
                    new GCMParameterSpec(TAG_BITS, nonce(keys.nonce, packet.number())));
            aead.updateAAD(header);
            aead.doFinal(payload, 0, payload.length, datagram, header.length);
            mask.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(keys.headerKey, AES));
            // The sample begins where a packet number of four bytes ends, as ours does.
            byte[] bits = mask.doFinal(datagram, header.length, SAMPLE_BYTES);
            datagram[0] ^= (byte) (bits[0] & FIRST_MASK);
            int numberAt = header.length - InitialPacket.NUMBER_BYTES;
            for (int i = 0; i < InitialPacket.NUMBER_BYTES; i++) {
                datagram[numberAt + i] ^= bits[1 + i];
            }
            return datagram;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES", e);
        }
    }

    private static byte[] nonce(byte[] nonce, int number) {
        ByteBuffer result = ByteBuffer.wrap(nonce.clone());
        int at = NONCE_BYTES - Integer.BYTES;
        return result.putInt(at, result.getInt(at) ^ number).array();
    }
}
