package org.stoq.store;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/**
 * Names as keys of the index, encrypted page by page: all names of a page are one AES-GCM message
 * with a random nonce. In memory they are in clear.
 */
final class SealedNameType extends BasicDataType<Name> {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKey key;
    private final SecureRandom random = new SecureRandom();

    SealedNameType(SecretKey key) {
        this.key = key;
    }

    @Override
    public int compare(Name a, Name b) {
        return a.compareTo(b);
    }

    @Override
    public int getMemory(Name name) {
        return 48 + name.bytes().length;
    }

    @Override
    public void write(WriteBuffer target, Name name) {
        write(target, new Name[] {name}, 1);
    }

    @Override
    public Name read(ByteBuffer source) {
        Name[] one = new Name[1];
        read(source, one, 1);
        return one[0];
    }

    @Override
    public void write(WriteBuffer target, Object storage, int count) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            byte[] name = cast(storage)[i].bytes();
            plain.write(name.length >> 8);
            plain.write(name.length);
            plain.write(name, 0, name.length);
        }
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(plain.toByteArray());
            target.putVarInt(sealed.length).put(nonce).put(sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM refuses to encrypt", e);
        }
    }

    @Override
    public void read(ByteBuffer source, Object storage, int count) {
        byte[] sealed = new byte[DataUtils.readVarInt(source)];
        byte[] nonce = new byte[NONCE_BYTES];
        source.get(nonce).get(sealed);
        try {
            ByteBuffer plain = ByteBuffer.wrap(cipher(Cipher.DECRYPT_MODE, nonce).doFinal(sealed));
            for (int i = 0; i < count; i++) {
                byte[] name = new byte[plain.getShort()];
                plain.get(name);
                cast(storage)[i] = new Name(name);
            }
        } catch (GeneralSecurityException e) {
            throw DataUtils.newMVStoreException(
                    DataUtils.ERROR_FILE_CORRUPT, "names of the index fail authentication", e);
        }
    }

    @Override
    public Name[] createStorage(int size) {
        return new Name[size];
    }

    private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }
}
