/**
 * Where chunks and names lie at rest.
 *
 * <pre>{@code
 * if (!store.contains(digest)) {
 *     store.write(digest, encodedChunk);
 * }
 * store.bind("docs/index.html", manifestDigest);
 * store.sync(); // from here on it survives a power cut
 * }</pre>
 */
@Export
@Version("1.1.0")
@NullMarked
package org.stoq.sdk.store;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
