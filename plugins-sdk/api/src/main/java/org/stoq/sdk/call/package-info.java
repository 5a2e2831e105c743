/**
 * Calls between nodes: one QUIC stream each, HEADERS then DATA, answered the same way.
 *
 * <p>An {@link org.stoq.sdk.call.Adapter} answers the calls of one service. The node finds it,
 * checks who is calling, applies the guard rules, and runs it on a virtual thread of its own.
 *
 * <pre>{@code
 * public final class GreetingAdapter implements MethodsAdapter {
 *     private final Methods methods =
 *             Methods.of("greeting").addRead("hello", Role.ANONYMOUS, this::hello).build();
 *
 *     public Methods methods() {
 *         return methods;
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
@Version("1.2.0")
@NullMarked
package org.stoq.sdk.call;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
