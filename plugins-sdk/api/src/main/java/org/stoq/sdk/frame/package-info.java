/**
 * The twelve frames of STOQ, and how they are written and read.
 *
 * <pre>{@code
 * ByteBuffer out = ByteBuffer.allocate(64);
 * FrameCodec.write(new PingFrame(false, 7), out);
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.sdk.frame;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
