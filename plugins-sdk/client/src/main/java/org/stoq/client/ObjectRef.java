package org.stoq.client;

import java.util.Optional;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cbor.CborMap;

/**
 * Which object is meant: the newest under a name, or exactly the one that a manifest describes.
 *
 * @param name its name; empty if it is meant by its manifest
 * @param manifest digest of its manifest; empty if it is meant by its name
 */
public record ObjectRef(Optional<String> name, Optional<Digest> manifest) {
    private static final int NAME = 1;
    private static final int MANIFEST = 2;

    /** Checks that exactly one of the two is there. */
    public ObjectRef {
        if (name.isPresent() == manifest.isPresent()) {
            throw new IllegalArgumentException("an object is meant by its name or by its manifest");
        }
    }

    /**
     * Returns what a name stands for at the moment.
     *
     * @param name such as {@code videos/cat.mp4}; slashes at the beginning do not count
     */
    public static ObjectRef named(String name) {
        return new ObjectRef(Optional.of(withoutLeadingSlashes(name)), Optional.empty());
    }

    /** Returns the object of a manifest, whatever its name stands for by now. */
    public static ObjectRef manifest(Digest digest) {
        return new ObjectRef(Optional.empty(), Optional.of(digest));
    }

    /** Names on a node never begin with a slash, paths of applications often do. */
    static String withoutLeadingSlashes(String path) {
        int start = 0;
        while (start < path.length() && path.charAt(start) == '/') {
            start++;
        }
        return path.substring(start);
    }

    /** Begins the arguments of a call about it. */
    CborMap.Builder arguments() {
        CborMap.Builder arguments = CborMap.builder();
        name.ifPresent(text -> arguments.put(NAME, text));
        manifest.ifPresent(digest -> arguments.put(MANIFEST, digest));
        return arguments;
    }

    @Override
    public String toString() {
        return name.or(() -> manifest.map(Digest::toString)).orElseThrow();
    }
}
