package org.stoq.client;

import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.cbor.CborMap;

/**
 * What a node answers to a put, once everything is durable.
 *
 * @param manifest digest of the manifest
 * @param object SHA-256 of the whole content
 * @param size length in bytes
 * @param newBytes how many of them were new to the node, before compression
 * @param chunks how many chunks the object has
 * @param newChunks how many of them were new to the node
 */
public record Published(
        Digest manifest, Digest object, long size, long newBytes, long chunks, long newChunks) {
    static Published of(CborMap map) throws StoqException {
        return new Published(
                map.digest(1),
                map.digest(2),
                map.integer(3),
                map.integer(4),
                map.integer(5),
                map.integer(6));
    }
}
