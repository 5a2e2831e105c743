/**
 * A simulated path: one bottleneck, and flows that congestion controllers govern. Seconds of
 * traffic take milliseconds; the same seed gives the same result.
 *
 * <pre>{@code
 * Bottleneck link = Bottleneck.of(20, Duration.ofMillis(40), 1.0);
 * PathResult result = new PathSimulation(link, 1)
 *         .add(PathFlow.of("people", new NewReno()))
 *         .add(PathFlow.of("background", new Ledbat()).starting(Duration.ofSeconds(5)))
 *         .run(Duration.ofSeconds(60));
 * double share = result.flow("people").bitsPerSecond(new Interval(10, 60));
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.testkit.path;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
