/**
 * QUIC connections and streams, as an engine provides them.
 *
 * <p>An engine moves bytes and keeps the promises of RFC 9000; it knows nothing of STOQ frames.
 * Everything blocks and is meant for virtual threads.
 *
 * <pre>{@code
 * try (QuicListener listener = transport.listen(address, options, credentials)) {
 *     QuicConnection connection = listener.accept();
 *     QuicStream stream = connection.acceptStream();
 * }
 * }</pre>
 */
@Export
@Version("1.2.0")
@NullMarked
package org.stoq.sdk.transport;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
