package org.stoq.transport;

import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.stoq.sdk.congestion.CongestionController;
import org.stoq.sdk.strategy.Lease;
import org.stoq.sdk.strategy.Strategies;

/**
 * Finds congestion controllers by name: the engine's own three, and those of plug-ins, which come
 * from the node's slot inside a node and from the {@link ServiceLoader} outside. Thread-safe.
 */
final class Controllers {
    private static final System.Logger LOG = System.getLogger(Controllers.class.getName());

    private final Supplier<@Nullable Strategies> node;

    /**
     * Creates a finder.
     *
     * @param node the node's strategies, or null outside a node
     */
    Controllers(Supplier<@Nullable Strategies> node) {
        this.node = node;
    }

    /** Returns the engine's own algorithm of that name. */
    static Optional<QuicCongestionControlAlgorithm> own(String name) {
        return Arrays.stream(QuicCongestionControlAlgorithm.values())
                .filter(algorithm -> nameOf(algorithm).equals(name))
                .findFirst();
    }

    private static String nameOf(QuicCongestionControlAlgorithm algorithm) {
        return algorithm.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Checks a name that somebody has asked for. Inside a node any will do, for its plug-in may
     * still come; until then the engine's own cubic serves.
     *
     * @throws IllegalArgumentException outside a node, if there is none of that name
     */
    void require(String name) {
        if (own(name).isPresent()) {
            return;
        }
        boolean inNode = node.get() != null;
        Optional<Lease<CongestionController>> found = lease(name);
        found.ifPresent(Lease::close);
        if (found.isEmpty() && inNode) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "no congestion controller {0} is here; cubic serves until its plug-in comes",
                    name);
        } else if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "no congestion algorithm '%s': there are %s".formatted(name, known()));
        }
    }

    private static String known() {
        Stream<String> own =
                Arrays.stream(QuicCongestionControlAlgorithm.values()).map(Controllers::nameOf);
        Stream<String> plain =
                ServiceLoader.load(CongestionController.class).stream()
                        .map(found -> found.get().name());
        return Stream.concat(own, plain).collect(Collectors.joining(", "));
    }

    /** Takes a lease on a plug-in's controller, or nothing if there is none of that name now. */
    Optional<Lease<CongestionController>> lease(String name) {
        Strategies strategies = node.get();
        return strategies == null
                ? plain(name).map(PlainLease::new)
                : strategies.slot(CongestionController.class).acquire(name);
    }

    private static Optional<CongestionController> plain(String name) {
        return ServiceLoader.load(CongestionController.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(controller -> controller.name().equals(name))
                .findFirst();
    }

    /** Outside a node nothing ever leaves. */
    private static final class PlainLease implements Lease<CongestionController> {
        private final CongestionController controller;

        PlainLease(CongestionController controller) {
            this.controller = controller;
        }

        @Override
        public CongestionController strategy() {
            return controller;
        }

        @Override
        public boolean isEnding() {
            return false;
        }

        @Override
        public void failed(Throwable cause) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "the congestion controller " + controller.name() + " has failed",
                    cause);
        }

        @Override
        public void close() {}
    }
}
