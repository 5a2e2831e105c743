package org.stoq.client;

import org.stoq.sdk.NodeId;
import org.stoq.sdk.cbor.CborMap;

/**
 * Which objects a purge means.
 *
 * @param kind by what they are chosen
 * @param value the name, the beginning of names, the tag, or the publisher's id as 64 hexadecimal
 *     digits
 */
public record PurgeSelector(Kind kind, String value) {
    /** By what objects are chosen. The order is that of the wire. */
    public enum Kind {
        /** One name. */
        NAME,
        /** Every name that begins so. */
        PREFIX,
        /** Every object with that tag. */
        TAG,
        /** Every object that a node has published. */
        ORIGIN
    }

    /**
     * Checks the id of an origin; the node checks the rest.
     *
     * @throws IllegalArgumentException if it is none
     */
    public PurgeSelector {
        if (kind == Kind.ORIGIN) {
            NodeId.parse(value);
        }
    }

    /** Returns one name; slashes at the beginning do not count. */
    public static PurgeSelector name(String name) {
        return new PurgeSelector(Kind.NAME, ObjectRef.withoutLeadingSlashes(name));
    }

    /** Returns every name that begins so; slashes at the beginning do not count. */
    public static PurgeSelector prefix(String prefix) {
        return new PurgeSelector(Kind.PREFIX, ObjectRef.withoutLeadingSlashes(prefix));
    }

    /** Returns every object that was published with that tag. */
    public static PurgeSelector tag(String tag) {
        return new PurgeSelector(Kind.TAG, tag);
    }

    /** Returns every object that the node has published. */
    public static PurgeSelector origin(NodeId publisher) {
        return new PurgeSelector(Kind.ORIGIN, publisher.toString());
    }

    /** Begins the arguments of a call about it. */
    CborMap.Builder arguments() {
        CborMap.Builder arguments = CborMap.builder().put(1, (long) kind.ordinal());
        return kind == Kind.ORIGIN
                ? arguments.put(2, NodeId.parse(value).digest())
                : arguments.put(2, value);
    }
}
