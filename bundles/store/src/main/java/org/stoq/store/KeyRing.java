package org.stoq.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

/**
 * The data keys of a node, wrapped by its key-encryption key (AES key wrap, RFC 3394). Any thread;
 * changes block on the disk.
 *
 * <p>A data key encrypts nothing itself: each segment has a key of its own, derived from it with
 * the segment's salt (HKDF, RFC 5869).
 */
final class KeyRing {
    private static final String FIRST_LINE = "stoq data keys 1";
    private static final int KEY_BYTES = 32;

    private final Disk disk;
    private final Path wrapped;
    private final Path keyFile;
    private final SecureRandom random;
    private final ReentrantLock lock = new ReentrantLock();
    private final NavigableMap<Integer, SecretKey> keys = new ConcurrentSkipListMap<>();

    private KeyRing(Disk disk, Path wrapped, Path keyFile, SecureRandom random) {
        this.disk = disk;
        this.wrapped = wrapped;
        this.keyFile = keyFile;
        this.random = random;
    }

    /**
     * Opens the keys of a store.
     *
     * @param isNew whether the store holds nothing yet, so that missing keys may be made
     * @throws StoqException FORBIDDEN if the key-encryption key is not the right one
     */
    static KeyRing open(Disk disk, Path directory, Path keyFile, boolean isNew) throws IOException {
        Path folder = directory.resolve("keys");
        Files.createDirectories(folder);
        disk.forceDirectory(directory);
        KeyRing ring = new KeyRing(disk, folder.resolve("data.keys"), keyFile, new SecureRandom());
        if (Files.exists(ring.wrapped)) {
            ring.load();
        } else if (isNew) {
            ring.create();
        } else {
            throw new StoqException(
                    StoqErrorCode.FORBIDDEN,
                    "the store has content but no data keys: " + ring.wrapped + " is missing");
        }
        return ring;
    }

    /** Returns the number of the key for new segments. */
    int current() {
        return keys.lastKey();
    }

    boolean has(int key) {
        return keys.containsKey(key);
    }

    /** Derives the key of a segment, or of anything else that has a salt. */
    SecretKey derive(int key, byte[] salt, String purpose) {
        SecretKey dataKey = keys.get(key);
        if (dataKey == null) {
            throw new IllegalArgumentException("no data key " + key);
        }
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            "AES",
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(dataKey)
                                    .addSalt(salt)
                                    .thenExpand(
                                            purpose.getBytes(StandardCharsets.US_ASCII),
                                            KEY_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no HKDF-SHA256 in this Java", e);
        }
    }

    /** Makes a new data key for segments to come. Returns its number. */
    int rotate() throws IOException {
        lock.lock();
        try {
            int next = current() + 1;
            NavigableMap<Integer, SecretKey> more = new TreeMap<>(keys);
            more.put(next, freshKey());
            save(more, readKeyEncryptionKey(), null);
            keys.putAll(more);
            return next;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Wraps the data keys anew. At every instant the key file, old or new, opens them: between the
     * steps they are wrapped by both.
     */
    void rewrap(byte[] keyEncryptionKey) throws IOException {
        lock.lock();
        try {
            SecretKey fresh = keyEncryptionKey(keyEncryptionKey);
            save(keys, readKeyEncryptionKey(), fresh);
            writeKeyFile(keyEncryptionKey);
            save(keys, fresh, null);
        } finally {
            lock.unlock();
        }
    }

    private void create() throws IOException {
        if (!Files.exists(keyFile)) {
            byte[] bytes = new byte[KEY_BYTES];
            random.nextBytes(bytes);
            writeKeyFile(bytes);
        }
        keys.put(1, freshKey());
        save(keys, readKeyEncryptionKey(), null);
    }

    private SecretKey freshKey() {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return new SecretKeySpec(bytes, "AES");
    }

    private void load() throws IOException {
        SecretKey wrapping = readKeyEncryptionKey();
        String mine = fingerprint(wrapping);
        var lines = Files.readAllLines(wrapped, StandardCharsets.US_ASCII);
        if (lines.isEmpty() || !lines.getFirst().equals(FIRST_LINE)) {
            throw damaged(null);
        }
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split(" ", -1);
            if (fields.length != 3) {
                throw damaged(null);
            }
            if (fields[0].equals(mine)) {
                try {
                    keys.put(Integer.parseInt(fields[1]), unwrap(wrapping, fields[2]));
                } catch (InvalidKeyException | IllegalArgumentException e) {
                    throw damaged(e);
                }
            }
        }
        if (keys.isEmpty()) {
            throw new StoqException(
                    StoqErrorCode.FORBIDDEN,
                    "%s is not the key-encryption key of this store: it does not open %s"
                            .formatted(keyFile, wrapped));
        }
    }

    private StoqException damaged(@Nullable Exception cause) {
        return new StoqException(
                StoqErrorCode.INTEGRITY, wrapped + " is damaged; restore it from a backup", cause);
    }

    private void save(
            NavigableMap<Integer, SecretKey> content, SecretKey wrapping, @Nullable SecretKey also)
            throws IOException {
        StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
        content.forEach((number, key) -> {
            text.append(line(wrapping, number, key));
            if (also != null) {
                text.append(line(also, number, key));
            }
        });
        replace(wrapped, text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static String line(SecretKey wrapping, int number, SecretKey key) {
        try {
            Cipher cipher = Cipher.getInstance("AES/KW/NoPadding");
            cipher.init(Cipher.WRAP_MODE, wrapping);
            return "%s %d %s%n"
                    .formatted(
                            fingerprint(wrapping),
                            number,
                            HexFormat.of().formatHex(cipher.wrap(key)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no AES key wrap in this Java", e);
        }
    }

    private static SecretKey unwrap(SecretKey wrapping, String hex) throws InvalidKeyException {
        try {
            Cipher cipher = Cipher.getInstance("AES/KW/NoPadding");
            cipher.init(Cipher.UNWRAP_MODE, wrapping);
            return (SecretKey)
                    cipher.unwrap(HexFormat.of().parseHex(hex), "AES", Cipher.SECRET_KEY);
        } catch (InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no AES key wrap in this Java", e);
        }
    }

    private SecretKey readKeyEncryptionKey() throws IOException {
        if (!Files.exists(keyFile)) {
            throw new StoqException(
                    StoqErrorCode.FORBIDDEN,
                    "the key-encryption key " + keyFile + " is missing; the store cannot be read");
        }
        return keyEncryptionKey(Files.readAllBytes(keyFile));
    }

    private SecretKey keyEncryptionKey(byte[] bytes) throws StoqException {
        if (bytes.length != KEY_BYTES) {
            throw new StoqException(
                    StoqErrorCode.FORBIDDEN,
                    "a key-encryption key has 32 bytes, %s has %d"
                            .formatted(keyFile, bytes.length));
        }
        return new SecretKeySpec(bytes, "AES");
    }

    private static String fingerprint(SecretKey key) {
        return Digest.of(Digest.of(key.getEncoded()).toBytes()).hex().substring(0, 16);
    }

    private void writeKeyFile(byte[] bytes) throws IOException {
        Files.createDirectories(folderOf(keyFile));
        replace(keyFile, bytes);
    }

    /** Replaces a file whole: it holds the old or the new bytes at every instant. */
    private void replace(Path path, byte[] bytes) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(
                fresh,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (StoreFile file = disk.open(fresh, false)) {
            file.write(bytes, 0, bytes.length, 0);
            file.force();
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        disk.forceDirectory(folderOf(path));
    }

    private static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException("not a file: " + file);
        }
        return folder;
    }
}
