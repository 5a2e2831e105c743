/**
 * Calls between nodes: one QUIC stream each, HEADERS then DATA, answered the same way.
 *
 * <p>An {@link org.stoq.sdk.call.Adapter} answers the calls of one service. The node finds it,
 * checks who is calling, applies the guard rules, and runs it on a virtual thread of its own.
 *
 * <pre>{@code
 * public final class EchoAdapter implements Adapter {
 *     public String service() {
 *         return "echo";
 *     }
 *
 *     public void handle(Call call) throws IOException {
 *         try (WritableByteChannel answer = call.respond(Response.ok())) {
 *             Channels2.copy(call.body(), answer);
 *         }
 *     }
 * }
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.sdk.call;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
