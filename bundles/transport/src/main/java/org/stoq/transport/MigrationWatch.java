package org.stoq.transport;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Finds connections that stand still because their client has lost its address in the middle of a
 * transfer.
 *
 * <p>quiche keeps what was in flight on a path that is no longer used on that path's own books, and
 * declares it lost only when a later packet of the same path is acknowledged, which never happens
 * where the old address is dead. It then repeats two packets per probe timeout, ever more slowly,
 * while all that was behind them waits. A path that still repeats seconds after it was left, and
 * again later, is in that state: it is better to end the connection, for the client comes back
 * within a round trip. Once is not enough: on a machine with too much to do, what was on its way
 * when the client moved is repeated for seconds.
 *
 * <p>Belongs to the connection's event loop.
 */
final class MigrationWatch {
    /** Time enough for the losses that the engine does find. */
    private static final long SETTLE_SECONDS = 1;

    private static final long LOOK_SECONDS = 3;

    /** The engine's pauses between probes double, up to this long and longer. */
    private static final int LOOKS = 6;

    private final QuicChannel channel;
    private final Runnable stuck;
    private int moves;

    /**
     * Watches nothing yet.
     *
     * @param stuck called when the connection stands still
     */
    MigrationWatch(QuicChannel channel, Runnable stuck) {
        this.channel = channel;
        this.stuck = stuck;
    }

    /** The peer has another address. */
    void moved() {
        int move = ++moves;
        later(SETTLE_SECONDS, move, before -> look(move, before, LOOKS, false));
    }

    private void look(int move, long before, int left, boolean repeatedOnce) {
        later(
                LOOK_SECONDS,
                move,
                now -> {
                    boolean repeated = now > before;
                    if (repeated && repeatedOnce) {
                        stuck.run();
                    } else if (left > 1) {
                        look(move, now, left - 1, repeated || repeatedOnce);
                    }
                });
    }

    private void later(long seconds, int move, LongConsumer repeated) {
        channel.eventLoop()
                .schedule(
                        () -> {
                            // A newer move has its own watch.
                            if (move == moves && channel.isActive()) {
                                Paths.look(channel, paths -> repeated.accept(repeatedBytes(paths)));
                            }
                        },
                        seconds,
                        TimeUnit.SECONDS);
    }

    private static long repeatedBytes(List<QuicConnectionPathStats> paths) {
        return paths.stream()
                .filter(path -> !path.active())
                .mapToLong(QuicConnectionPathStats::streamRetransBytes)
                .sum();
    }
}
