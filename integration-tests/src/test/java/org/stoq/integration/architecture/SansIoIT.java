package org.stoq.integration.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchRule;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLConnection;
import java.nio.channels.Channel;
import java.nio.file.Files;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

/**
 * The cores: no socket, no file, no thread, no clock. Time and randomness are their arguments, so
 * that they run unchanged in a test, in a simulation and in a node.
 */
class SansIoIT {
    /** Packages that are cores as a whole. */
    private static final String[] CORE_PACKAGES = {
        "org.stoq.sdk.frame",
        "org.stoq.sdk.cbor",
        "org.stoq.sdk.cose",
        "org.stoq.sdk.routing",
        "org.stoq.sdk.chunk",
        "org.stoq.sdk.congestion",
        "org.stoq.chunking",
        "org.stoq.congestion",
    };

    /** What is a core wherever it stands: every implementation of these. */
    private static final List<String> CORE_TYPES =
            List.of(
                    "org.stoq.sdk.cache.EvictionOrder",
                    "org.stoq.sdk.chunk.Chunker",
                    "org.stoq.sdk.chunk.Compressor",
                    "org.stoq.sdk.chunk.DeltaCompressor",
                    "org.stoq.sdk.congestion.CongestionController",
                    "org.stoq.sdk.congestion.CongestionController$Flow",
                    "org.stoq.sdk.routing.RoutingAlgorithm");

    /** Cores that stand beside classes that are none. */
    private static final Set<String> CORE_CLASSES =
            Set.of(
                    "org.stoq.cache.AccessRing",
                    "org.stoq.cache.CacheContents",
                    "org.stoq.cache.ExpertChoice",
                    "org.stoq.cache.FrequencySketch",
                    "org.stoq.cache.ShadowCache",
                    "org.stoq.cache.WindowClimber",
                    "org.stoq.content.ChunkList",
                    "org.stoq.content.ChunkListBuilder",
                    "org.stoq.content.FetchPlan",
                    "org.stoq.content.FutureManifests",
                    "org.stoq.content.HolderChoice",
                    "org.stoq.content.HolderMap",
                    "org.stoq.content.Manifest",
                    "org.stoq.content.Purge",
                    "org.stoq.content.PurgeIndex",
                    "org.stoq.content.PurgeSet",
                    "org.stoq.content.Selector",
                    "org.stoq.content.Tags",
                    "org.stoq.content.TokenBucket",
                    "org.stoq.content.VersionVector",
                    "org.stoq.plugins.FolderPlan",
                    "org.stoq.plugins.Settling",
                    "org.stoq.routing.CompactGraph",
                    "org.stoq.routing.LinkStateDatabase",
                    "org.stoq.routing.LinkStateRouter",
                    "org.stoq.routing.OwnLinks",
                    "org.stoq.routing.ShortestPaths",
                    "org.stoq.routing.TokenBucket",
                    "org.stoq.similarity.GearSketch",
                    "org.stoq.similarity.SketchTable");

    private static final Set<String> CLOCK_METHODS =
            Set.of("currentTimeMillis", "nanoTime", "now", "system", "systemUTC", "tick");

    private static final Set<String> CLOCKS =
            Set.of(
                    System.class.getName(),
                    Clock.class.getName(),
                    InstantSource.class.getName(),
                    "java.time.Instant",
                    "java.time.LocalDate",
                    "java.time.LocalDateTime",
                    "java.time.OffsetDateTime",
                    "java.time.ZonedDateTime");

    private static final ArchRule NO_INPUT_OR_OUTPUT =
            noClasses()
                    .that(areCores())
                    .should()
                    .dependOnClassesThat(
                            assignableTo(Socket.class)
                                    .or(assignableTo(ServerSocket.class))
                                    .or(assignableTo(DatagramSocket.class))
                                    .or(assignableTo(URLConnection.class))
                                    .or(assignableTo(Channel.class))
                                    .or(assignableTo(Files.class)));

    private static final ArchRule NO_THREAD =
            noClasses()
                    .that(areCores())
                    .should()
                    .dependOnClassesThat(
                            assignableTo(Thread.class)
                                    .or(assignableTo(Executor.class))
                                    .or(assignableTo(ForkJoinPool.class))
                                    .or(assignableTo(CompletableFuture.class))
                                    .or(assignableTo(Timer.class)));

    private static final ArchRule NO_CLOCK =
            noClasses().that(areCores()).should().callMethodWhere(readsAClock());

    private final JavaClasses shipped = ShippedClasses.ALL;

    private static DescribedPredicate<JavaClass> areCores() {
        DescribedPredicate<JavaClass> cores = resideInAnyPackage(CORE_PACKAGES);
        for (String type : CORE_TYPES) {
            cores = cores.or(assignableTo(type));
        }
        // A nested class belongs to the class around it.
        return cores.or(
                        describe(
                                "named as cores",
                                one -> CORE_CLASSES.contains(outermost(one).getName())))
                .as("are cores");
    }

    private static JavaClass outermost(JavaClass one) {
        return one.getEnclosingClass().map(SansIoIT::outermost).orElse(one);
    }

    private static DescribedPredicate<JavaMethodCall> readsAClock() {
        return describe(
                "reads a clock",
                call -> {
                    AccessTarget.MethodCallTarget target = call.getTarget();
                    return CLOCKS.contains(target.getOwner().getName())
                            && CLOCK_METHODS.contains(target.getName());
                });
    }

    @Test
    void coresAreThere() {
        assertThat(shipped.stream().filter(areCores())).hasSizeGreaterThan(80);
        assertThat(CORE_CLASSES).allMatch(shipped::contain, "is shipped");
        assertThat(CORE_TYPES)
                .allSatisfy(type ->
                        assertThat(
                                        shipped.stream()
                                                .filter(assignableTo(type))
                                                .filter(one -> !one.isInterface()))
                                .as("implementations of " + type)
                                .isNotEmpty());
    }

    @Test
    void coresTouchNeitherNetworkNorFiles() {
        NO_INPUT_OR_OUTPUT.check(shipped);
    }

    @Test
    void coresStartNoThread() {
        NO_THREAD.check(shipped);
    }

    @Test
    void coresReadNoClock() {
        NO_CLOCK.check(shipped);
    }
}
