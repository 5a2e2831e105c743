/**
 * What the node gives its bundles: its identity, its peers, and control frames.
 *
 * <pre>{@code
 * for (Peer peer : peers.connected()) {
 *     try (Reply reply = peer.call(request)) {
 *         read(reply.body());
 *     }
 * }
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.sdk.node;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
