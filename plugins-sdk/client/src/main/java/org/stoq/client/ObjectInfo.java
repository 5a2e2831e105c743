package org.stoq.client;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/**
 * What a node says of an object.
 *
 * @param name its name
 * @param size length in bytes
 * @param manifest digest of its manifest
 * @param object SHA-256 of the whole content
 * @param mediaType media type
 * @param created when it was published
 * @param kind what it stands for in a file system
 * @param mode POSIX permission bits; 0 where unknown
 * @param modifiedMillis last change, milliseconds since 1970 UTC; 0 where unknown
 * @param tags what it can be purged by beside its name; not told in listings
 * @param stale whether it was purged softly and its publisher could not be asked since; not told in
 *     listings
 */
public record ObjectInfo(
        String name,
        long size,
        Digest manifest,
        Digest object,
        String mediaType,
        Instant created,
        Kind kind,
        int mode,
        long modifiedMillis,
        List<String> tags,
        boolean stale) {
    /** Copies the tags. */
    public ObjectInfo {
        tags = List.copyOf(tags);
    }

    /** What an object stands for in a file system. The order is that of the wire. */
    public enum Kind {
        /** Content. */
        FILE,
        /** A symbolic link; the content is the path it leads to. */
        SYMLINK,
        /** A directory with nothing in it. */
        DIRECTORY
    }

    /** Reads the results of {@code get} and {@code head}. */
    static ObjectInfo ofHead(CborMap map) throws StoqException {
        return new ObjectInfo(
                map.text(11),
                map.integer(3),
                map.digest(1),
                map.digest(2),
                map.text(4),
                Instant.ofEpochMilli(map.integer(10)),
                kind(map.map(5)),
                mode(map.map(5)),
                map.map(5).findInteger(3).orElse(0),
                tags(map),
                map.has(13) && map.bool(13));
    }

    /** Reads an item of {@code ls}. */
    static ObjectInfo ofItem(CborMap map) throws StoqException {
        return new ObjectInfo(
                map.text(1),
                map.integer(2),
                map.digest(3),
                map.digest(6),
                map.text(4),
                Instant.ofEpochMilli(map.integer(5)),
                kind(map.map(7)),
                mode(map.map(7)),
                map.map(7).findInteger(3).orElse(0),
                List.of(),
                false);
    }

    private static List<String> tags(CborMap map) throws StoqException {
        if (!map.has(12)) {
            return List.of();
        }
        List<String> tags = new ArrayList<>();
        for (Object tag : map.list(12)) {
            tags.add(String.valueOf(tag));
        }
        return tags;
    }

    private static Kind kind(CborMap attributes) throws StoqException {
        long kind = attributes.findInteger(1).orElse(0);
        return kind > 0 && kind < Kind.values().length ? Kind.values()[(int) kind] : Kind.FILE;
    }

    private static int mode(CborMap attributes) throws StoqException {
        return (int) attributes.findInteger(2).orElse(0) & 0777;
    }
}
