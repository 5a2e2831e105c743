package org.stoq.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.chunk.EncodedChunk;
import org.stoq.sdk.cose.CoseSign1;
import org.stoq.sdk.cose.Ed25519Signer;

/** The published bytes of docs/spec/vectors/content.txt. */
class VectorsTest {
    private static final Path FILE = Path.of("../../docs/spec/vectors/content.txt");

    private final Map<String, String> vectors = read();
    private final Ed25519Signer signer = new Ed25519Signer(bytes("secret"));

    private static Map<String, String> read() {
        try {
            Map<String, String> vectors = new LinkedHashMap<>();
            for (String line : Files.readAllLines(FILE, StandardCharsets.UTF_8)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    String[] parts = line.split(" = ", 2);
                    vectors.put(parts[0], parts[1]);
                }
            }
            return vectors;
        } catch (IOException e) {
            throw new AssertionError("no vectors", e);
        }
    }

    private byte[] bytes(String name) {
        return HexFormat.of().parseHex(Objects.requireNonNull(vectors.get(name), name));
    }

    private static byte[] content(int number) {
        return ("chunk " + number).getBytes(StandardCharsets.UTF_8);
    }

    private static List<ChunkRef> refs() {
        return List.of(
                new ChunkRef(Digest.of(content(1)), 7), new ChunkRef(Digest.of(content(2)), 7));
    }

    private Manifest manifest() {
        TreeMap<NodeId, Long> counts = new TreeMap<>();
        counts.put(signer.id(), 2L);
        counts.put(new NodeId(Digest.of(new byte[0])), 1L);
        return new Manifest(
                "docs/größe.html",
                "text/html",
                14,
                Digest.of("chunk 1chunk 2".getBytes(StandardCharsets.UTF_8)),
                0,
                refs(),
                new VersionVector(counts),
                signer.id(),
                1_764_028_800_000L,
                new Attributes(Attributes.Kind.FILE, 0644, 1_764_000_000_000L));
    }

    @Test
    void theManifestIsThePublishedOne() throws IOException {
        byte[] signed = manifest().sign(signer);
        assertThat(signer.id().digest().toBytes()).isEqualTo(bytes("node_id"));
        assertThat(CoseSign1.verify(signed, Manifest.DOMAIN).payload())
                .isEqualTo(bytes("manifest_payload"));
        assertThat(signed).isEqualTo(bytes("manifest_signed"));
        assertThat(Digest.of(signed).toBytes()).isEqualTo(bytes("manifest_digest"));
        assertThat(Manifest.verify(bytes("manifest_signed"))).isEqualTo(manifest());
    }

    @Test
    void theTagsOfAManifestArePublished() throws IOException {
        Manifest plain = Manifests.of("a", signer, 1_764_028_800_000L);
        Manifest tagged =
                new Manifest(
                        "a",
                        plain.mediaType(),
                        0,
                        plain.object(),
                        0,
                        List.of(),
                        plain.version(),
                        signer.id(),
                        plain.createdMillis(),
                        plain.attributes(),
                        List.of("größe", "red"));
        assertThat(CoseSign1.verify(tagged.sign(signer), Manifest.DOMAIN).payload())
                .isEqualTo(bytes("tagged_payload"));
    }

    @Test
    void thePurgesArePublished() throws IOException {
        Purge tag =
                new Purge(
                        new Selector(Selector.Kind.TAG, "größe"),
                        true,
                        false,
                        signer.id(),
                        1_767_225_600_000L);
        Purge origin =
                new Purge(
                        Selector.origin(signer.id()), false, true, signer.id(), 1_767_225_600_000L);
        assertThat(tag.sign(signer)).isEqualTo(bytes("purge_signed"));
        assertThat(CoseSign1.verify(tag.sign(signer), Purge.DOMAIN).payload())
                .isEqualTo(bytes("purge_payload"));
        assertThat(Purge.verify(bytes("purge_of_origin_signed"))).isEqualTo(origin);
        assertThat(origin.sign(signer)).isEqualTo(bytes("purge_of_origin_signed"));

        try (TestNode node = new TestNode(1)) {
            node.parts.purges().accept(bytes("purge_signed"));
            node.parts.purges().accept(bytes("purge_of_origin_signed"));
            byte[] other = Digest.of(new byte[0]).toBytes();
            CborMap nobody = CborMap.builder().put(1, other).build();
            assertThat(node.call("purges", nobody).body()).isEqualTo(bytes("purges_body"));
            CborMap same = CborMap.builder().put(1, bytes("purges_digest")).build();
            assertThat(node.call("purges", same).body()).isEmpty();
            assertThat(node.call("purges", same).results().bool(1)).isTrue();
        }
    }

    @Test
    void theListChunkIsThePublishedOne() throws IOException {
        assertThat(ChunkList.encode(refs())).isEqualTo(bytes("list_plain"));
        assertThat(ChunkList.decode(bytes("list_plain"), 14)).isEqualTo(refs());
        assertThat(Digest.of(bytes("list_plain")).toBytes()).isEqualTo(bytes("list_digest"));
    }

    @Test
    void theAnswerToChunksIsThePublishedOne() throws IOException {
        assertThat(
                        ChunkTransfer.arguments(
                                        List.of(Digest.of(content(1)), Digest.of(content(2))))
                                .encode())
                .isEqualTo(bytes("chunks_arguments"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ChunkTransfer.write(Channels.newChannel(out), Optional.of(EncodedChunk.plain(content(1))));
        ChunkTransfer.write(Channels.newChannel(out), Optional.empty());
        assertThat(out.toByteArray()).isEqualTo(bytes("chunks_body"));
        var in = Channels.newChannel(new ByteArrayInputStream(bytes("chunks_body")));
        assertThat(ChunkTransfer.read(in).orElseThrow().bytes()).isEqualTo(content(1));
        assertThat(ChunkTransfer.read(in)).isEmpty();
    }

    @Test
    void theProgressBodyIsThePublishedOne() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ProgressBody body = new ProgressBody(() -> Channels.newChannel(out), () -> 0);
        body.at(1_000, 5_000_000);
        body.result(CborMap.builder().put(1, 12L).put(2, 3L).put(3, 70_000L).build());
        assertThat(out.toByteArray()).isEqualTo(bytes("progress_body"));
    }
}
