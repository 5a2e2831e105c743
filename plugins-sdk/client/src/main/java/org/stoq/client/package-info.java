/**
 * STOQ for applications: a client and a server that work in any Java program, without OSGi.
 *
 * <p>Everything blocks and is meant for virtual threads; everything that holds something is {@link
 * AutoCloseable}. The engine is found by {@link java.util.ServiceLoader}: put the transport bundle
 * on the class path or module path. (On the module path add {@code --add-modules ALL-MODULE-PATH}:
 * the modules are automatic and do not name what they need.)
 *
 * <pre>{@code
 * try (StoqClient client = StoqClient.builder().credentials(credentials).build();
 *         StoqConnection connection = client.connect("[::1]:4433")) {
 *     connection.send("Hello, STOQ!".getBytes(UTF_8));
 *     byte[] answer = connection.recv();
 * }
 * }</pre>
 */
@NullMarked
package org.stoq.client;

import org.jspecify.annotations.NullMarked;
