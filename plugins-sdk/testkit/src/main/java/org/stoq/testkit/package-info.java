/**
 * Tests that every plug-in of a kind must pass, ours and yours, and what they are built from.
 *
 * <pre>{@code
 * class MyChunkerTest extends ChunkerContract {
 *     @Override
 *     protected Chunker chunker() {
 *         return new MyChunker();
 *     }
 * }
 * }</pre>
 */
@Export
@Version("1.1.0")
@NullMarked
package org.stoq.testkit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
