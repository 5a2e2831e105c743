package org.stoq.content;

import org.stoq.sdk.Digest;

/**
 * A reference to a chunk of content, or to a chunk that lists references.
 *
 * @param digest digest of the chunk's plain bytes
 * @param length bytes of content that it stands for: its own length, or the sum of what it lists
 */
record ChunkRef(Digest digest, long length) {
    ChunkRef {
        if (length < 1) {
            throw new IllegalArgumentException("chunk reference of " + length + " bytes");
        }
    }
}
