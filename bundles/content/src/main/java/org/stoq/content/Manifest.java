package org.stoq.content;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.stoq.sdk.Digest;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.cose.CoseSign1;
import org.stoq.sdk.cose.Signer;
import org.stoq.sdk.cose.SigningDomain;

/**
 * What a name stands for: one version of an object, signed by who published it (decision 14).
 *
 * @param name the name, 1 to 1,024 bytes of UTF-8
 * @param mediaType such as {@code text/html}
 * @param size length of the object in bytes
 * @param object digest of the whole object
 * @param depth 0 if the references are to content; else how many levels of lists lie between
 * @param refs references in order, at most {@link ChunkList#MAX_REFS}; none for an empty object
 * @param version which version of the name this is
 * @param publisher who signs it
 * @param createdMillis when it was published, milliseconds since 1970 UTC
 * @param attributes what a file system remembers of it
 * @param tags what it can be purged by beside its name, each once, in their order
 */
record Manifest(
        String name,
        String mediaType,
        long size,
        Digest object,
        int depth,
        List<ChunkRef> refs,
        VersionVector version,
        NodeId publisher,
        long createdMillis,
        Attributes attributes,
        List<String> tags) {
    /** Longest name in bytes of UTF-8. */
    static final int MAX_NAME_BYTES = 1_024;

    /** Longest media type in characters. */
    static final int MAX_MEDIA_TYPE = 255;

    /** Longest encoded manifest in bytes. */
    static final int MAX_ENCODED_BYTES = 128 << 10;

    /** Signatures of manifests are worth nothing elsewhere. */
    static final SigningDomain DOMAIN = new SigningDomain("content", "manifest");

    /** Latest time that a manifest may name, milliseconds since 1970: exact in every language. */
    private static final long MAX_MILLIS = (1L << 53) - 1;

    private static final int FORMAT = 1;
    private static final int NAME = 2;
    private static final int MEDIA_TYPE = 3;
    private static final int SIZE = 4;
    private static final int OBJECT = 5;
    private static final int DEPTH = 6;
    private static final int REFS = 7;
    private static final int VERSION = 8;
    private static final int PUBLISHER = 9;
    private static final int CREATED = 10;
    private static final int ATTRIBUTES = 11;
    private static final int TAGS = 12;
    private static final long FORMAT_1 = 1;

    Manifest {
        refs = List.copyOf(refs);
        tags = List.copyOf(tags);
        long listed = 0;
        for (ChunkRef ref : refs) {
            listed = Math.addExact(listed, ref.length());
        }
        if (createdMillis < 0 || createdMillis > MAX_MILLIS) {
            throw new IllegalArgumentException("a manifest of the time " + createdMillis);
        }
        if (size != listed
                || depth < 0
                || depth > ChunkList.MAX_DEPTH
                || refs.size() > ChunkList.MAX_REFS) {
            throw new IllegalArgumentException(
                    "an object of %d bytes whose chunks have %d, %d levels deep"
                            .formatted(size, listed, depth));
        }
    }

    /** Creates a manifest without tags. */
    Manifest(
            String name,
            String mediaType,
            long size,
            Digest object,
            int depth,
            List<ChunkRef> refs,
            VersionVector version,
            NodeId publisher,
            long createdMillis,
            Attributes attributes) {
        this(
                name,
                mediaType,
                size,
                object,
                depth,
                refs,
                version,
                publisher,
                createdMillis,
                attributes,
                List.of());
    }

    /** Returns whether the name was removed with this version. */
    boolean isTombstone() {
        return attributes.kind() == Attributes.Kind.TOMBSTONE;
    }

    /**
     * Checks a name that somebody wants to publish under.
     *
     * @throws StoqException INVALID_REQUEST if it is empty, too long, absolute or climbs out of a
     *     tree
     */
    static String checkName(String name) throws StoqException {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > MAX_NAME_BYTES) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    "a name has 1 to " + MAX_NAME_BYTES + " bytes, this one " + bytes);
        }
        boolean control = name.chars().anyMatch(c -> c < 0x20 || c == 0x7F);
        if (control || name.startsWith("/") || name.endsWith("/")) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    "a name neither begins nor ends with '/' nor holds control characters: "
                            + name);
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new StoqException(
                        StoqErrorCode.INVALID_REQUEST,
                        "a name has no empty, '.' or '..' parts: " + name);
            }
        }
        return name;
    }

    /** Returns the signed form. */
    byte[] sign(Signer signer) {
        if (!signer.id().equals(publisher)) {
            throw new IllegalArgumentException("the publisher signs, not " + signer.id());
        }
        return CoseSign1.sign(signer, DOMAIN, toCbor().encode()).encoded();
    }

    /**
     * Verifies and reads the signed form.
     *
     * @throws StoqException INTEGRITY if the signature or the publisher is wrong, INVALID_REQUEST
     *     or TOO_LARGE if the content is
     */
    static Manifest verify(byte[] signed) throws StoqException {
        if (signed.length > MAX_ENCODED_BYTES) {
            throw new StoqException(
                    StoqErrorCode.TOO_LARGE, "a manifest of " + signed.length + " bytes");
        }
        CoseSign1 envelope = CoseSign1.verify(signed, DOMAIN);
        Manifest manifest = of(CborMap.decode(envelope.payload()));
        if (!manifest.publisher.equals(envelope.signer())) {
            throw new StoqException(
                    StoqErrorCode.INTEGRITY,
                    "a manifest of " + manifest.publisher + " signed by " + envelope.signer());
        }
        return manifest;
    }

    /**
     * Reads the signed form of a manifest that was verified before it was stored, leaving the
     * signature alone: listing thousands of names would cost as many verifications.
     */
    static Manifest ofSigned(byte[] signed) throws StoqException {
        return of(CborMap.decode(CoseSign1.unverifiedPayload(signed)));
    }

    private CborMap toCbor() {
        CborMap.Builder map = CborMap.builder();
        if (!tags.isEmpty()) {
            map.put(TAGS, tags);
        }
        return map.put(FORMAT, FORMAT_1)
                .put(NAME, name)
                .put(MEDIA_TYPE, mediaType)
                .put(SIZE, size)
                .put(OBJECT, object)
                .put(DEPTH, (long) depth)
                .put(REFS, ChunkList.toCbor(refs))
                .put(VERSION, version.toCbor())
                .put(PUBLISHER, publisher.digest())
                .put(CREATED, createdMillis)
                .put(ATTRIBUTES, attributes.toCbor())
                .build();
    }

    private static Manifest of(CborMap map) throws StoqException {
        map.refuseUnknownCritical();
        if (map.integer(FORMAT) != FORMAT_1) {
            throw new StoqException(
                    StoqErrorCode.UNSUPPORTED, "manifest format " + map.integer(FORMAT));
        }
        String mediaType = map.text(MEDIA_TYPE);
        if (mediaType.length() > MAX_MEDIA_TYPE) {
            throw new StoqException(StoqErrorCode.TOO_LARGE, "media type of " + mediaType.length());
        }
        try {
            return new Manifest(
                    checkName(map.text(NAME)),
                    mediaType,
                    map.integer(SIZE),
                    map.digest(OBJECT),
                    Math.toIntExact(map.integer(DEPTH)),
                    ChunkList.ofCbor(map.list(REFS)),
                    VersionVector.ofCbor(map.list(VERSION)),
                    new NodeId(map.digest(PUBLISHER)),
                    map.integer(CREATED),
                    Attributes.of(map.map(ATTRIBUTES)),
                    map.has(TAGS) ? Tags.ofCbor(map.list(TAGS)) : List.of());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST, "manifest: " + e.getMessage(), e);
        }
    }
}
