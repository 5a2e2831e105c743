package org.stoq.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.stoq.store.Folders.digest;
import static org.stoq.store.Folders.has;
import static org.stoq.store.Folders.put;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.store.StoreCollection;
import org.stoq.testkit.SeededBytes;

/** Encryption at rest, and its keys. */
class KeyTest {
    @TempDir private Path folder;

    @Test
    void nothingLiesOnTheDiskInClear() throws IOException {
        String secret = "the quick brown fox jumps over the lazy dog";
        String name = "a name that nobody may read on the disk";
        byte[] content = secret.repeat(100).getBytes(StandardCharsets.US_ASCII);
        try (SegmentChunkStore store = Folders.open(folder)) {
            store.write(Digest.of(content), EncodedChunk.plain(content));
            store.bind(name, Digest.of(content));
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain("quick brown")
                        .doesNotContain("nobody may read");
            }
        }
    }

    @Test
    void onlyTheOwnerCanReadTheKeys() throws IOException {
        Folders.open(folder).close();
        for (String file : List.of("keys/kek.key", "keys/data.keys")) {
            assertThat(Files.getPosixFilePermissions(folder.resolve(file)))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
        assertThat(Files.size(folder.resolve("keys/kek.key"))).isEqualTo(32);
    }

    @Test
    void noNonceIsUsedTwiceUnderTheSameKey() throws IOException {
        for (int run = 0; run < 3; run++) {
            try (SegmentChunkStore store = Folders.open(folder)) {
                for (int i = 0; i < 60; i++) {
                    put(store, run * 100 + i);
                    store.bind("name " + i, digest(i));
                }
            }
        }
        Set<String> salts = new HashSet<>();
        for (Path file : Folders.segments(folder)) {
            byte[] bytes = Files.readAllBytes(file);
            assertThat(salts.add(HexFormat.of().formatHex(bytes, 16, 48))).isTrue();
            int number = ByteBuffer.wrap(bytes).getInt(8);
            Set<Long> counters = new HashSet<>();
            for (int at = Segment.FIRST_RECORD; at < bytes.length; ) {
                RecordHeader header = header(bytes, at, number);
                assertThat(counters.add(header.counter())).isTrue();
                at += header.recordLength();
            }
        }
        assertThat(salts.size()).isGreaterThan(3);
    }

    @Test
    void anotherChunkInTheSamePlaceFailsAuthentication() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            put(store, 1);
        }
        Path segment = Folders.segments(folder).getFirst();
        byte[] bytes = Files.readAllBytes(segment);
        RecordHeader header = header(bytes, Segment.FIRST_RECORD, 1);
        // A header that is right in itself, with the digest of another chunk.
        byte[] forged = new byte[header.length()];
        new RecordHeader(
                        header.type(),
                        header.payloadLength(),
                        header.plainLength(),
                        digest(2),
                        header.algorithm(),
                        header.base(),
                        header.counter(),
                        header.durable())
                .encode(forged, 1);
        System.arraycopy(forged, 0, bytes, Segment.FIRST_RECORD, forged.length);
        Files.write(segment, bytes);
        Files.delete(folder.resolve("index.mv"));
        try (SegmentChunkStore store = Folders.open(folder)) {
            StoqException refusal =
                    catchThrowableOfType(StoqException.class, () -> store.read(digest(2)));
            assertThat(refusal.code()).isEqualTo(StoqErrorCode.INTEGRITY);
        }
    }

    @Test
    void afterARotationOldChunksStayReadableAndNewOnesHaveTheNewKey() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            put(store, 1);
            assertThat(store.rotateDataKey()).isEqualTo(2);
            put(store, 2);
            assertThat(has(store, 1) && has(store, 2)).isTrue();
        }
        assertThat(keysOfSegments()).containsExactly(1, 2);
        try (SegmentChunkStore store = Folders.open(folder)) {
            assertThat(has(store, 1) && has(store, 2)).isTrue();
            put(store, 3);
            put(store, 4);
            try (StoreCollection collection = store.beginCollection()) {
                collection.keep(digest(1));
                collection.keep(digest(2));
                collection.keep(digest(3));
                collection.sweep((done, total) -> {});
            }
            assertThat(has(store, 1) && has(store, 2) && has(store, 3)).isTrue();
        }
        assertThat(keysOfSegments()).contains(2);
    }

    @Test
    void theKeyEncryptionKeyCanBeReplaced() throws IOException {
        byte[] fresh = SeededBytes.random(5, 32);
        try (SegmentChunkStore store = Folders.open(folder)) {
            put(store, 1);
            store.replaceKeyEncryptionKey(fresh);
            put(store, 2);
        }
        assertThat(Files.readAllBytes(folder.resolve("keys/kek.key"))).isEqualTo(fresh);
        try (SegmentChunkStore store = Folders.open(folder)) {
            assertThat(has(store, 1) && has(store, 2)).isTrue();
        }
    }

    @Test
    void withoutItsKeysAStoreDoesNotOpen() throws IOException {
        try (SegmentChunkStore store = Folders.open(folder)) {
            put(store, 1);
        }
        Path keyFile = folder.resolve("keys/kek.key");
        byte[] key = Files.readAllBytes(keyFile);
        Files.write(keyFile, new byte[32]);
        refuses("is not the key-encryption key of this store");
        Files.write(keyFile, new byte[31]);
        refuses("a key-encryption key has 32 bytes");
        Files.delete(keyFile);
        refuses("is missing");
        Files.write(keyFile, key);
        Path dataKeys = folder.resolve("keys/data.keys");
        byte[] wrapped = Files.readAllBytes(dataKeys);
        Files.delete(dataKeys);
        refuses("the store has content but no data keys");
        Files.write(dataKeys, wrapped);
        try (SegmentChunkStore store = Folders.open(folder)) {
            assertThat(has(store, 1)).isTrue();
        }
    }

    private void refuses(String why) {
        StoqException refusal =
                catchThrowableOfType(StoqException.class, () -> Folders.open(folder).close());
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.FORBIDDEN);
        assertThat(refusal).hasMessageContaining(why);
    }

    private static RecordHeader header(byte[] bytes, int at, int segment) {
        return Objects.requireNonNull(RecordHeader.decode(bytes, at, bytes.length - at, segment));
    }

    private List<Integer> keysOfSegments() throws IOException {
        List<Integer> keys = new ArrayList<>();
        for (Path segment : Folders.segments(folder)) {
            keys.add(ByteBuffer.wrap(Files.readAllBytes(segment)).getInt(12));
        }
        return keys;
    }
}
