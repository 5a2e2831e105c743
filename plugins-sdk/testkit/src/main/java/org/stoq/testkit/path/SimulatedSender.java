package org.stoq.testkit.path;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.congestion.PathState;

/**
 * One end of a flow: sends as the window and the pace allow, detects losses, and probes after a
 * silence (RFC 9002). To be woken at {@link #wakeNanos}.
 */
final class SimulatedSender {
    static final int DATAGRAM_BYTES = 1_350;

    /** What the receiver allows in flight. */
    private static final long FLOW_CONTROL_BYTES = 16 << 20;

    /** RFC 9002 s.6.1.1. */
    private static final long PACKET_THRESHOLD = 3;

    /** RFC 9002 s.7.6.1. */
    private static final long PERSISTENT_CONGESTION_THRESHOLD = 3;

    /** So much may be sent in one go after the pace was not used up. */
    private static final int BURST_DATAGRAMS = 2;

    /** How much faster than window / round trip packets leave (RFC 9002 s.7.7). */
    private static final double PACING_GAIN = 1.25;

    private static final double SLOW_START_PACING_GAIN = 2;
    private static final double NANOS = 1e9;

    private final PathFlow plan;
    private final BottleneckQueue queue;
    private final FlowResult result;
    private final long startNanos;
    private final long tickNanos;
    private final Deque<PathFlow.Swap> swaps;
    private final PacketLog packets = new PacketLog();
    private final RttEstimate rtt = new RttEstimate();

    private @Nullable ControllerFeed feed;
    private long wakeNanos;
    private long nextTickNanos;
    private long paceNanos;
    private long inFlightBytes;

    /** Sent, less what was lost and is to be sent again. */
    private long deliveringBytes;

    /** The packet whose acknowledgement arrives next, or one before it that was dropped. */
    private long awaited;

    private long largestAcknowledged = -1;
    private long probeNanos = Long.MAX_VALUE;
    private int probes;

    /** When the first packet of an unbroken series of lost ones had left. */
    private long lossesSinceNanos;

    private boolean losing;

    SimulatedSender(PathFlow plan, BottleneckQueue queue, FlowResult result) {
        this.plan = plan;
        this.queue = queue;
        this.result = result;
        this.startNanos = plan.start().toNanos();
        this.tickNanos = plan.tick().toNanos();
        this.swaps = new ArrayDeque<>(plan.swaps());
        this.wakeNanos = startNanos;
    }

    /** Returns when there is something to do. */
    long wakeNanos() {
        return wakeNanos;
    }

    /** Does what is to be done by now. */
    void wake(long now) {
        ControllerFeed controller = feed;
        if (controller == null) {
            controller =
                    new ControllerFeed(
                            plan.controller()
                                    .start(
                                            PathState.initial(
                                                    DATAGRAM_BYTES, RttEstimate.INITIAL_NANOS),
                                            now));
            feed = controller;
            paceNanos = now;
            nextTickNanos = tickNanos == 0 ? Long.MAX_VALUE : now + tickNanos;
        }
        if (now >= nextTickNanos) {
            nextTickNanos += tickNanos;
            controller.flush(now, rtt, inFlightBytes);
        }
        receive(now, controller);
        swap(now, controller);
        if (lossNanos() <= now) {
            detectLosses(now, controller);
        }
        flushPacket(now, controller);
        if (inFlightBytes > 0 && now >= probeNanos) {
            probes++;
            send(now, DATAGRAM_BYTES, controller);
        }
        send(now, controller);
        result.window(controller.flow().windowBytes());
        wakeNanos = nextNanos(now, controller);
    }

    private void swap(long now, ControllerFeed controller) {
        while (!swaps.isEmpty() && swaps.getFirst().at().toNanos() <= now) {
            controller.flush(now, rtt, inFlightBytes);
            controller.swap(swaps.removeFirst().next(), now, rtt);
        }
    }

    private void flushPacket(long now, ControllerFeed controller) {
        if (tickNanos == 0) {
            controller.flush(now, rtt, inFlightBytes);
        }
    }

    private void receive(long now, ControllerFeed controller) {
        while (awaited < packets.next() && packets.arrivalNanos(awaited) <= now) {
            long number = awaited++;
            if (packets.arrivalNanos(number) == BottleneckQueue.DROPPED) {
                continue;
            }
            largestAcknowledged = number;
            packets.acknowledge(number);
            int bytes = packets.bytes(number);
            inFlightBytes -= bytes;
            rtt.sample(now - packets.sentNanos(number));
            result.acknowledged(now, bytes);
            controller.acknowledged(
                    bytes,
                    packets.sentNanos(number),
                    packets.marked(number),
                    packets.appLimited(number));
            probes = 0;
            probeNanos = now + rtt.probeTimeoutNanos();
            detectLosses(now, controller);
            flushPacket(now, controller);
        }
    }

    /** Forgets packets from the oldest on, until one whose outcome is unknown. */
    private void detectLosses(long now, ControllerFeed controller) {
        while (packets.first() < awaited) {
            long number = packets.first();
            long sentNanos = packets.sentNanos(number);
            if (packets.acknowledged(number)) {
                losing = false;
            } else if (isLost(number, now)) {
                if (!losing) {
                    losing = true;
                    lossesSinceNanos = sentNanos;
                }
                boolean persistent =
                        sentNanos - lossesSinceNanos
                                > PERSISTENT_CONGESTION_THRESHOLD * rtt.probeTimeoutNanos();
                int bytes = packets.bytes(number);
                inFlightBytes -= bytes;
                deliveringBytes -= bytes;
                result.lost(bytes);
                controller.lost(bytes, sentNanos, persistent);
            } else {
                return;
            }
            packets.removeFirst();
        }
    }

    private boolean isLost(long number, long now) {
        boolean overtaken = number < largestAcknowledged;
        return number <= largestAcknowledged - PACKET_THRESHOLD
                || (overtaken && now >= packets.sentNanos(number) + rtt.lossDelayNanos());
    }

    /** Returns when the oldest packet is lost unless its acknowledgement comes. */
    private long lossNanos() {
        long number = packets.first();
        return number < largestAcknowledged && number < packets.next()
                ? packets.sentNanos(number) + rtt.lossDelayNanos()
                : Long.MAX_VALUE;
    }

    private void send(long now, ControllerFeed controller) {
        while (now >= paceNanos) {
            long backlog = backlog(now);
            long size = Math.min(DATAGRAM_BYTES, backlog);
            if (size == 0 || inFlightBytes + size > limitBytes(controller)) {
                return;
            }
            send(now, (int) size, controller);
        }
    }

    private void send(long now, int size, ControllerFeed controller) {
        long before = inFlightBytes;
        boolean appLimited =
                Math.min(FLOW_CONTROL_BYTES, before + Math.max(size, backlog(now)))
                        < controller.flow().windowBytes();
        long arrival = queue.offer(now, size);
        packets.add(
                now,
                arrival,
                size,
                appLimited,
                arrival != BottleneckQueue.DROPPED && queue.marked());
        inFlightBytes += size;
        deliveringBytes += size;
        result.sent(size);
        controller.sent(size, before);
        flushPacket(now, controller);
        double rate = bytesPerNano(controller);
        long burstNanos = (long) ((BURST_DATAGRAMS - 1) * DATAGRAM_BYTES / rate);
        paceNanos = Math.max(paceNanos, now - burstNanos) + (long) (size / rate);
        probeNanos = now + (rtt.probeTimeoutNanos() << Math.min(probes, 10));
    }

    private static long limitBytes(ControllerFeed controller) {
        return Math.min(FLOW_CONTROL_BYTES, controller.flow().windowBytes());
    }

    private double bytesPerNano(ControllerFeed controller) {
        long rate = controller.flow().pacingBytesPerSecond();
        if (rate > 0) {
            return rate / NANOS;
        }
        double gain = controller.flow().inSlowStart() ? SLOW_START_PACING_GAIN : PACING_GAIN;
        return gain * controller.flow().windowBytes() / rtt.smoothedNanos();
    }

    private long backlog(long now) {
        // A probe may have sent what nobody offered.
        return Math.max(0, plan.source().offeredBytes(now - startNanos) - deliveringBytes);
    }

    private long nextNanos(long now, ControllerFeed controller) {
        long next = Math.min(nextTickNanos, lossNanos());
        next = Math.min(next, swaps.isEmpty() ? Long.MAX_VALUE : swaps.getFirst().at().toNanos());
        if (inFlightBytes > 0) {
            next = Math.min(next, probeNanos);
        }
        long number = awaited;
        while (number < packets.next() && packets.arrivalNanos(number) == BottleneckQueue.DROPPED) {
            number++;
        }
        if (number < packets.next()) {
            next = Math.min(next, packets.arrivalNanos(number));
        }
        long backlog = backlog(now);
        if (backlog == 0) {
            long source = plan.source().nextNanos(now - startNanos);
            next = Math.min(next, source == Long.MAX_VALUE ? source : startNanos + source);
        } else if (inFlightBytes + Math.min(DATAGRAM_BYTES, backlog) <= limitBytes(controller)) {
            next = Math.min(next, paceNanos);
        }
        return Math.max(next, now + 1);
    }
}
