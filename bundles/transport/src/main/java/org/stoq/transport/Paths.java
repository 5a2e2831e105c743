package org.stoq.transport;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What the engine has counted on each path of a connection: more than one after a migration. */
final class Paths {
    private Paths() {}

    /** Tells the statistics of every path, in the order of their numbers. On the event loop. */
    static void look(QuicChannel channel, Consumer<List<QuicConnectionPathStats>> then) {
        look(channel, new ArrayList<>(), then);
    }

    private static void look(
            QuicChannel channel,
            List<QuicConnectionPathStats> found,
            Consumer<List<QuicConnectionPathStats>> then) {
        channel.collectPathStats(found.size())
                .addListener(future -> {
                    if (future.isSuccess() && found.size() < NettyListener.ADDRESSES) {
                        found.add((QuicConnectionPathStats) future.getNow());
                        look(channel, found, then);
                    } else {
                        then.accept(found);
                    }
                });
    }

    /** Returns the path in use, or the first if none says that it is. */
    static Optional<QuicConnectionPathStats> active(List<QuicConnectionPathStats> paths) {
        return paths.stream()
                .filter(QuicConnectionPathStats::active)
                .findFirst()
                .or(() -> paths.stream().findFirst());
    }
}
