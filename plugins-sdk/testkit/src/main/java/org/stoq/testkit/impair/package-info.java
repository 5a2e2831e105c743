/**
 * A bad network, on purpose: delay, loss, reordering and more, the same with the same seed; pure,
 * or in front of a real server.
 *
 * <pre>{@code
 * try (UdpImpairment network = UdpImpairment.inFrontOf(server, 7)) {
 *     network.impair(
 *             Impairment.NONE.withDelay(ofMillis(20)).withLoss(0.01).withRate(2_500_000, 64_000));
 *     client.connect(network.address());
 *     network.rebind();
 * }
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.testkit.impair;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
