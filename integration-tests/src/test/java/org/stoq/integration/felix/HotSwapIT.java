package org.stoq.integration.felix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.BundleWiring;
import org.stoq.client.StoqClient;
import org.stoq.integration.Await;
import org.stoq.integration.Distribution;
import org.stoq.sdk.cache.CachePolicy;
import org.stoq.sdk.strategy.Strategies;
import org.stoq.sdk.strategy.StrategyStatus;
import org.stoq.sdk.transport.Transport;
import org.stoq.trust.StoqHome;

/**
 * A plug-in is dropped in, chosen, replaced and removed, again and again, while requests flow: none
 * of them fails, and nothing of the plug-in stays behind.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class HotSwapIT {
    /** How often; a long run is asked for with {@code -Dstoq.swap.rounds=250}. */
    private static final int ROUNDS = Integer.getInteger("stoq.swap.rounds", 4);

    private static final String PLUGIN = "stoq-example-cache-policy";
    private static final String BUILT_IN = "adaptive";
    private static final int REQUESTS_AT_LEAST = 100;

    /** The node under test. */
    @Configuration
    public Option[] node() throws IOException {
        return new Option[] {ProvisionedNode.options()};
    }

    @Test
    public void noRequestFailsAndNothingStaysBehind() throws Exception {
        RunningNode node = RunningNode.await(context());
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        try (StoqClient client =
                        StoqClient.builder()
                                .transport(node.service(Transport.class))
                                .credentials(
                                        StoqHome.ofUser()
                                                .operator(InstantSource.system())
                                                .credentials(false))
                                .build();
                RequestLoad load = RequestLoad.start(client, node.address())) {
            Set<String> threads = Set.of();
            for (int round = 0; round < ROUNDS; round++) {
                swap(node, loaders);
                threads = round == 0 ? threadNames() : threads;
            }
            load.stop();

            assertThat(load.failures()).isEmpty();
            assertThat(load.requests()).isGreaterThan(REQUESTS_AT_LEAST);
            assertThat(threadNames()).isSubsetOf(threads);
        }
        assertThat(loaders).hasSize(2 * ROUNDS);
        Await.until("the class loaders of the plug-in are gone", () -> areGone(loaders));
    }

    private static void swap(RunningNode node, List<WeakReference<ClassLoader>> loaders)
            throws Exception {
        drop(node, "1.0.0");
        Await.until("1.0.0 is here", () -> plugin(node).isPresent());
        String name = plugin(node).orElseThrow().name();
        node.configure("[cdn]\ncache_policy = \"" + name + "\"\n");
        Await.until("1.0.0 is active", () -> isActive(node, "1.0.0"));
        loaders.add(loader());

        drop(node, "1.1.0");
        Await.until("1.1.0 is active", () -> isActive(node, "1.1.0"));
        Await.until("1.0.0 is gone", () -> versions(node).equals(List.of("1.1.0")));
        Await.until("its bundle is gone", () -> bundles().size() == 1);
        loaders.add(loader());

        Files.delete(node.plugins().resolve("example.jar"));
        Await.until("the plug-in is gone", () -> plugin(node).isEmpty());
        assertThat(policies(node).getFirst().name()).isEqualTo(BUILT_IN);
        Await.until("the last bundle is gone", () -> bundles().isEmpty());
        node.configure("");
    }

    private static void drop(RunningNode node, String version) throws IOException {
        Path jar =
                Distribution.assembled()
                        .home()
                        .resolve("demo/example-cache-policy-" + version + ".jar");
        Path fresh = node.plugins().resolve("example.new");
        Files.copy(jar, fresh, StandardCopyOption.REPLACE_EXISTING);
        Files.move(fresh, node.plugins().resolve("example.jar"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static List<StrategyStatus> policies(RunningNode node) {
        return node.service(Strategies.class).slot(CachePolicy.class).status();
    }

    private static Optional<StrategyStatus> plugin(RunningNode node) {
        return policies(node).stream()
                .filter(status -> status.origin().bundle().equals(PLUGIN))
                .findFirst();
    }

    private static List<String> versions(RunningNode node) {
        return policies(node).stream()
                .filter(status -> status.origin().bundle().equals(PLUGIN))
                .map(status -> status.origin().version())
                .toList();
    }

    private static boolean isActive(RunningNode node, String version) {
        return plugin(node)
                .filter(status -> status.state() == StrategyStatus.State.ACTIVE)
                .filter(status -> status.origin().version().equals(version))
                .isPresent();
    }

    /** Not kept in a field: Pax Exam makes an object outside of the framework too. */
    private static BundleContext context() {
        return FrameworkUtil.getBundle(HotSwapIT.class).getBundleContext();
    }

    private static List<Bundle> bundles() {
        return Arrays.stream(context().getBundles())
                .filter(bundle -> PLUGIN.equals(bundle.getSymbolicName()))
                .toList();
    }

    private static WeakReference<ClassLoader> loader() {
        return new WeakReference<>(bundles().getFirst().adapt(BundleWiring.class).getClassLoader());
    }

    private static boolean areGone(List<WeakReference<ClassLoader>> loaders) {
        System.gc();
        return loaders.stream().allMatch(loader -> loader.refersTo(null));
    }

    /** Names of platform threads; those that carry virtual threads come and go as they like. */
    private static Set<String> threadNames() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.startsWith("ForkJoinPool"))
                .collect(Collectors.toSet());
    }
}
