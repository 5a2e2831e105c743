package org.stoq.node;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.stoq.config.ConfigDiff;
import org.stoq.config.StoqConfig;
import org.stoq.sdk.call.Call;
import org.stoq.sdk.call.Methods;
import org.stoq.sdk.call.MethodsAdapter;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.config.ConfigKey;
import org.stoq.sdk.config.ConfigTable;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.node.Peer;
import org.stoq.sdk.routing.Route;
import org.stoq.sdk.routing.Routes;
import org.stoq.sdk.strategy.StrategyStatus;

/** The service {@code node}: what an operator asks the node about itself (docs/spec/node.md). */
final class NodeAdapter implements MethodsAdapter {
    private final BundleContext context;
    private final NodeConfiguration configuration;
    private final SlotTable slots;
    private final PeerTable peers;
    private final NodeKeys keys;
    private final NodeServer server;

    private final Methods methods =
            Methods.of("node")
                    .addRead("ping", Role.ANONYMOUS, call -> call.answer(CborMap.EMPTY))
                    .addRead("status", Role.OPERATOR, call -> call.answer(status()))
                    .addRead(
                            "strategies",
                            Role.OPERATOR,
                            call -> call.answerBody(list(strategies())))
                    .addRead("bundles", Role.OPERATOR, call -> call.answerBody(list(bundles())))
                    .addRead("peers", Role.OPERATOR, call -> call.answerBody(list(connected())))
                    .addRead("routes", Role.OPERATOR, call -> call.answerBody(list(routes())))
                    .addRead("config", Role.OPERATOR, call -> call.answerBody(config()))
                    .add("stop", Role.OPERATOR, this::stop)
                    .build();

    NodeAdapter(
            BundleContext context,
            NodeConfiguration configuration,
            SlotTable slots,
            PeerTable peers,
            NodeKeys keys,
            NodeServer server) {
        this.context = context;
        this.configuration = configuration;
        this.slots = slots;
        this.peers = peers;
        this.keys = keys;
        this.server = server;
    }

    @Override
    public Methods methods() {
        return methods;
    }

    private void stop(Call call) throws IOException {
        call.answer(CborMap.EMPTY);
        server.requestStop();
    }

    private CborMap status() throws IOException {
        Runtime runtime = Runtime.getRuntime();
        return CborMap.builder()
                .put(1, keys.id().digest())
                .put(2, context.getBundle().getVersion().toString())
                .put(3, server.address())
                .put(4, ManagementFactory.getRuntimeMXBean().getUptime())
                .put(5, server.bootMillis())
                .put(6, runtime.totalMemory() - runtime.freeMemory())
                .put(7, runtime.maxMemory())
                .put(8, ProcessUsage.residentBytes())
                .put(9, ProcessHandle.current().pid())
                .put(10, configuration.current().server().dataDir().toString())
                .put(11, (long) server.connections())
                .put(12, configuration.file().toString())
                .put(13, (long) context.getBundles().length)
                .build();
    }

    private List<CborMap> strategies() {
        List<CborMap> items = new ArrayList<>();
        for (StrategyStatus status : slots.status()) {
            CborMap.Builder item =
                    CborMap.builder()
                            .put(1, status.spi())
                            .put(2, status.name())
                            .put(3, status.origin().bundle())
                            .put(4, status.origin().version())
                            .put(5, status.state().name())
                            .put(6, (long) status.leases())
                            .put(7, status.calls())
                            .put(8, status.failures())
                            .put(10, (long) status.origin().ranking());
            status.lastFailure().ifPresent(text -> item.put(9, text));
            items.add(item.build());
        }
        return items;
    }

    private List<CborMap> bundles() {
        return Arrays.stream(context.getBundles())
                .map(bundle ->
                        CborMap.builder()
                                .put(1, bundle.getBundleId())
                                .put(2, String.valueOf(bundle.getSymbolicName()))
                                .put(3, bundle.getVersion().toString())
                                .put(4, stateOf(bundle))
                                .put(5, bundle.getLocation())
                                .build())
                .toList();
    }

    private static String stateOf(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.ACTIVE -> "ACTIVE";
            case Bundle.STARTING -> "STARTING";
            case Bundle.STOPPING -> "STOPPING";
            case Bundle.RESOLVED -> "RESOLVED";
            case Bundle.INSTALLED -> "INSTALLED";
            default -> "UNINSTALLED";
        };
    }

    private List<CborMap> connected() {
        List<CborMap> items = new ArrayList<>();
        for (Peer peer : peers.connected()) {
            items.add(
                    CborMap.builder()
                            .put(1, peer.id().digest())
                            .put(2, HostPort.of(peer.address()).toString())
                            .put(3, TimeUnit.NANOSECONDS.toMicros(peer.roundTrip().toNanos()))
                            .put(4, peer.isConnected())
                            .build());
        }
        return items;
    }

    private List<CborMap> routes() {
        ServiceReference<Routes> reference = context.getServiceReference(Routes.class);
        Routes routes = reference == null ? null : context.getService(reference);
        if (routes == null) {
            return List.of();
        }
        List<CborMap> items = new ArrayList<>();
        for (Route route : routes.table().all()) {
            items.add(
                    CborMap.builder()
                            .put(1, route.destination().digest())
                            .put(2, route.nextHop().digest())
                            .put(3, route.rttMicros())
                            .put(4, (long) route.hops())
                            .put(5, Double.toString(route.cost()))
                            .build());
        }
        context.ungetService(reference);
        return items;
    }

    private CborMap config() {
        Set<String> waiting =
                configuration.needingRestart().stream()
                        .map(ConfigDiff.Change::key)
                        .collect(Collectors.toCollection(TreeSet::new));
        List<CborMap> items = new ArrayList<>();
        StoqConfig current = configuration.current();
        Map<String, Map<String, Object>> values = current.toMap();
        for (ConfigTable<?> table : StoqConfig.TABLES) {
            Map<String, Object> present = values.getOrDefault(table.name(), Map.of());
            for (ConfigKey key : table.keys()) {
                String path = table.name() + "." + key.name();
                CborMap.Builder item =
                        CborMap.builder()
                                .put(1, path)
                                .put(3, key.live())
                                .put(4, waiting.contains(path));
                Optional.ofNullable(present.get(key.name()))
                        .ifPresent(value -> item.put(2, ConfigKey.toToml(value)));
                items.add(item.build());
            }
        }
        current.plugin()
                .forEach((plugin, settings) ->
                        settings.forEach((key, value) ->
                                items.add(
                                        CborMap.builder()
                                                .put(1, "plugin." + plugin + "." + key)
                                                .put(2, ConfigKey.toToml(value))
                                                .put(3, true)
                                                .put(4, false)
                                                .build())));
        return CborMap.builder()
                .put(1, new ArrayList<Object>(items))
                .put(2, configuration.file().toString())
                .build();
    }

    private static CborMap list(List<CborMap> items) {
        return CborMap.builder().put(1, new ArrayList<Object>(items)).build();
    }
}
