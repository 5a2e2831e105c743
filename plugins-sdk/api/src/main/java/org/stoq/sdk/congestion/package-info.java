/**
 * Congestion control: how many bytes may be in flight, and how fast they leave.
 *
 * <pre>{@code
 * CongestionController.Flow flow = controller.start(maxDatagramBytes, initialRttNanos, nowNanos);
 * flow.acknowledged(nowNanos, packetNumber, bytes, sentNanos, appLimited);
 * long room = flow.windowBytes() - inFlightBytes;
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.sdk.congestion;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
