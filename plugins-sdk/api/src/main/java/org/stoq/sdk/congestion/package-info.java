/**
 * Congestion control: how many bytes may be in flight, and how fast they leave.
 *
 * <pre>{@code
 * var flow = controller.start(PathState.initial(maxDatagramBytes, initialRttNanos), nowNanos);
 * flow.roundTrip(nowNanos, latestNanos, smoothedNanos, minimumNanos);
 * flow.acknowledged(nowNanos, bytes, newestSentNanos, inFlightBytes, appLimited);
 * long room = flow.windowBytes() - inFlightBytes;
 * }</pre>
 */
@Export
@Version("2.0.0")
@NullMarked
package org.stoq.sdk.congestion;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
