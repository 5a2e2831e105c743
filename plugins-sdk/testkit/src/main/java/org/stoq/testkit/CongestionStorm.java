package org.stoq.testkit;

import java.util.Random;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.congestion.PathState;

/**
 * Events in any order and of any size, from a seed. They obey the ranges that the interface states
 * and nothing else: such a path does not exist.
 */
final class CongestionStorm {
    private static final int[] DATAGRAMS = {1, 1_200, 1_350, 9_000, 65_527};
    private static final int DAY_BITS = 47;
    private static final int BYTES_BITS = 40;

    private final Random random;
    private final CongestionController.Flow flow;
    private int datagramBytes;
    private long now;
    private long inFlightBytes;
    private long minimumNanos = Long.MAX_VALUE;

    CongestionStorm(CongestionController controller, long seed, long startNanos) {
        random = new Random(seed);
        now = startNanos;
        datagramBytes = DATAGRAMS[random.nextInt(DATAGRAMS.length)];
        PathState state =
                random.nextBoolean()
                        ? PathState.initial(datagramBytes, logarithmic(DAY_BITS))
                        : new PathState(
                                datagramBytes,
                                logarithmic(BYTES_BITS),
                                random.nextBoolean(),
                                logarithmic(DAY_BITS),
                                random.nextBoolean() ? 0 : logarithmic(DAY_BITS));
        flow = controller.start(state, startNanos);
    }

    long windowBytes() {
        return flow.windowBytes();
    }

    /** One event; says what is wrong afterwards, or nothing. */
    String step() {
        now += random.nextInt(4) == 0 ? logarithmic(random.nextInt(40) == 0 ? DAY_BITS : 28) : 0;
        String event = event();
        long window = flow.windowBytes();
        if (window < PathState.leastWindowBytes(datagramBytes)) {
            return "a window of %d bytes with datagrams of %d after %s"
                    .formatted(window, datagramBytes, event);
        }
        if (window > Long.MAX_VALUE / 2) {
            return "a window of %d bytes after %s".formatted(window, event);
        }
        if (flow.pacingBytesPerSecond() < 0) {
            return "a pace of %d after %s".formatted(flow.pacingBytesPerSecond(), event);
        }
        return "";
    }

    private String event() {
        long bytes = random.nextInt(8) == 0 ? logarithmic(BYTES_BITS) : datagramBytes;
        long sentNanos = now - logarithmic(random.nextInt(8) == 0 ? DAY_BITS : 28);
        return switch (random.nextInt(16)) {
            case 0 -> {
                flow.lost(now, bytes, sentNanos, random.nextInt(20) == 0);
                inFlightBytes = Math.max(0, inFlightBytes - bytes);
                yield "a loss";
            }
            case 1 -> {
                flow.congestionExperienced(now, 1 + random.nextInt(1_000), sentNanos);
                yield "a mark";
            }
            case 2 -> {
                flow.spuriouslyLost(now, bytes, sentNanos);
                yield "a spurious loss";
            }
            case 3 -> {
                if (random.nextInt(100) == 0) {
                    datagramBytes = DATAGRAMS[random.nextInt(DATAGRAMS.length)];
                    flow.datagramSize(datagramBytes);
                }
                yield "another datagram size";
            }
            case 4, 5, 6, 7 -> {
                long latest = logarithmic(random.nextInt(8) == 0 ? DAY_BITS : 28);
                minimumNanos = Math.min(minimumNanos, latest);
                flow.roundTrip(now, latest, logarithmic(DAY_BITS), minimumNanos);
                yield "a round trip";
            }
            case 8, 9, 10 -> {
                flow.sent(now, bytes, inFlightBytes);
                inFlightBytes = Math.min(1L << BYTES_BITS, inFlightBytes + bytes);
                yield "a packet";
            }
            default -> {
                inFlightBytes = Math.max(0, inFlightBytes - bytes);
                flow.acknowledged(now, bytes, sentNanos, inFlightBytes, random.nextBoolean());
                yield "an acknowledgement";
            }
        };
    }

    /** Returns a number of 1 to that many bits, each length being as likely. */
    private long logarithmic(int bits) {
        long top = 1L << random.nextInt(bits);
        return top + random.nextLong(top);
    }
}
