/**
 * Cutting content into chunks, and compressing them, alone or with the help of similar ones.
 *
 * <pre>{@code
 * int length = chunker.cut(bytes, 0, available, ChunkSizes.STANDARD);
 * Digest digest = Digest.of(ByteBuffer.wrap(bytes, 0, length));
 * }</pre>
 */
@Export
@Version("1.1.0")
@NullMarked
package org.stoq.sdk.chunk;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
