package org.stoq.content;

import java.nio.charset.StandardCharsets;
import org.stoq.sdk.NodeId;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/**
 * Which objects a purge means.
 *
 * @param kind by what they are chosen
 * @param value the name, the beginning of names, the tag, or the publisher's id in hexadecimal
 */
record Selector(Kind kind, String value) {
    /** By what objects are chosen. The order is that of the wire. */
    enum Kind {
        /** One name. */
        NAME,
        /** Every name that begins so. */
        PREFIX,
        /** Every object with that tag. */
        TAG,
        /** Every object that this node has published. */
        ORIGIN
    }

    /**
     * Reads a selector: its kind under one key, its value under the next, which is a byte string
     * for an origin and else a text.
     *
     * @throws StoqException INVALID_REQUEST if the value is none of that kind, UNSUPPORTED for an
     *     unknown kind
     */
    static Selector of(CborMap map, int kindKey) throws StoqException {
        long kind = map.integer(kindKey);
        if (kind < 0 || kind >= Kind.values().length) {
            throw new StoqException(StoqErrorCode.UNSUPPORTED, "a purge by kind " + kind);
        }
        int valueKey = kindKey + 1;
        return switch (Kind.values()[(int) kind]) {
            case NAME -> new Selector(Kind.NAME, Manifest.checkName(map.text(valueKey)));
            case PREFIX -> new Selector(Kind.PREFIX, checkPrefix(map.text(valueKey)));
            case TAG -> new Selector(Kind.TAG, Tags.check(map.text(valueKey)));
            case ORIGIN -> origin(new NodeId(map.digest(valueKey)));
        };
    }

    static Selector origin(NodeId publisher) {
        return new Selector(Kind.ORIGIN, publisher.digest().hex());
    }

    /** Writes the form that {@link #of} reads. */
    CborMap.Builder put(CborMap.Builder map, int kindKey) {
        map.put(kindKey, (long) kind.ordinal());
        if (kind == Kind.ORIGIN) {
            return map.put(kindKey + 1, NodeId.parse(value).digest());
        }
        return map.put(kindKey + 1, value);
    }

    /** Returns whether a manifest is meant. */
    boolean selects(Manifest manifest) {
        return switch (kind) {
            case NAME -> manifest.name().equals(value);
            case PREFIX -> manifest.name().startsWith(value);
            case TAG -> manifest.tags().contains(value);
            case ORIGIN -> manifest.publisher().digest().hex().equals(value);
        };
    }

    private static String checkPrefix(String prefix) throws StoqException {
        int bytes = prefix.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > Manifest.MAX_NAME_BYTES) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    "the beginning of names has 1 to %d bytes, not %d"
                            .formatted(Manifest.MAX_NAME_BYTES, bytes));
        }
        if (prefix.startsWith("/") || prefix.chars().anyMatch(c -> c < 0x20 || c == 0x7F)) {
            throw new StoqException(
                    StoqErrorCode.INVALID_REQUEST,
                    "no name begins with '/' or holds control characters: " + prefix);
        }
        return prefix;
    }
}
