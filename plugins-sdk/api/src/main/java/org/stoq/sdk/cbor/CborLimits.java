package org.stoq.sdk.cbor;

/**
 * How much a decoder takes from a peer before it refuses with TOO_LARGE.
 *
 * @param maxDepth how deep arrays and maps may nest, from 1 on
 * @param maxItems how many items one array may have, or one map keys
 * @param maxBytes how long the whole encoding may be
 */
public record CborLimits(int maxDepth, int maxItems, int maxBytes) {
    /** Enough for any header, manifest or advert: 8 levels, 4,096 items, 1 MiB. */
    public static final CborLimits STANDARD = new CborLimits(8, 4_096, 1 << 20);
}
