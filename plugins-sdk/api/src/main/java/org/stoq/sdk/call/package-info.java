/**
 * Calls between nodes: one QUIC stream each, HEADERS then DATA, answered the same way.
 *
 * <p>An {@link org.stoq.sdk.call.Adapter} answers the calls of one service. The node finds it,
 * checks who is calling, applies the guard rules, and runs it on a virtual thread of its own.
 *
 * <pre>{@code
 * public final class GreetingAdapter implements Adapter {
 *     private final Methods methods =
 *             Methods.of("greeting").addRead("hello", Role.ANONYMOUS, this::hello).build();
 *
 *     public String service() {
 *         return methods.service();
 *     }
 *
 *     public Role requiredRole(String method) {
 *         return methods.requiredRole(method);
 *     }
 *
 *     public boolean replaySafe(String method) {
 *         return methods.replaySafe(method);
 *     }
 *
 *     public void handle(Call call) throws IOException {
 *         methods.handle(call);
 *     }
 *
 *     private void hello(Call call) throws IOException {
 *         String name = call.request().arguments().text(1);
 *         call.answer(CborMap.builder().put(1, "Hello, " + name + "!").build());
 *     }
 * }
 * }</pre>
 */
@Export
@Version("1.1.0")
@NullMarked
package org.stoq.sdk.call;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
