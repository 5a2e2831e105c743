package org.stoq.integration.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may know whom, and what every package has. */
class ArchitectureIT {
    /**
     * One module: the classes below one package.
     *
     * @param name the package below {@code org.stoq}
     * @param mayUse other modules that it may know
     * @param leastClasses so many classes are there at least, or the test has not seen the module
     */
    private record Module(String name, Set<String> mayUse, int leastClasses) {
        String packages() {
            return "org.stoq." + name + "..";
        }

        boolean holds(JavaClass one) {
            return (one.getPackageName() + ".").startsWith("org.stoq." + name + ".");
        }
    }

    private static final List<Module> MODULES =
            List.of(
                    new Module("sdk", Set.of(), 90),
                    new Module("client", Set.of("sdk"), 20),
                    new Module("example", Set.of("sdk"), 1),
                    // The bundles: the SDK, and never each other.
                    new Module("transport", Set.of("sdk"), 10),
                    new Module("chunking", Set.of("sdk"), 5),
                    new Module("similarity", Set.of("sdk"), 5),
                    new Module("store", Set.of("sdk"), 20),
                    new Module("cache", Set.of("sdk"), 5),
                    new Module("congestion", Set.of("sdk"), 10),
                    new Module("routing", Set.of("sdk"), 3),
                    new Module("content", Set.of("sdk"), 20),
                    new Module("plugins", Set.of("sdk"), 5),
                    // The runtime, which carries them.
                    new Module("config", Set.of("sdk"), 5),
                    new Module("trust", Set.of("sdk"), 5),
                    new Module("node", Set.of("sdk", "client", "config", "trust"), 5),
                    new Module("launcher", Set.of("sdk", "config"), 5),
                    new Module("bench", Set.of("sdk", "client", "trust"), 20),
                    new Module(
                            "cli",
                            Set.of(
                                    "sdk",
                                    "client",
                                    "config",
                                    "trust",
                                    "launcher",
                                    "bench",
                                    "cache"),
                            10));

    private final JavaClasses shipped = ShippedClasses.ALL;

    @TestFactory
    Stream<DynamicTest> moduleUsesOnlyWhatItMay() {
        return MODULES.stream()
                .map(module ->
                        DynamicTest.dynamicTest(module.name(), () -> usesOnlyWhatItMay(module)));
    }

    private void usesOnlyWhatItMay(Module module) {
        assertThat(shipped.stream().filter(module::holds))
                .as(module.name())
                .hasSizeGreaterThanOrEqualTo(module.leastClasses());
        String[] allowed =
                Stream.concat(Stream.of(module.name()), module.mayUse().stream())
                        .map(name -> "org.stoq." + name + "..")
                        .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage(module.packages())
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(allowed).or(resideOutsideOfPackage("org.stoq..")))
                .check(shipped);
    }

    @Test
    void everyClassBelongsToAKnownModule() {
        assertThat(shipped)
                .allSatisfy(one ->
                        assertThat(MODULES)
                                .as(one.getName())
                                .anyMatch(module -> module.holds(one)));
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(packages())
                .allSatisfy(one ->
                        assertThat(one.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
                                .as(one.getName())
                                .isTrue());
    }

    @Test
    void everyPackageOfTheSdkIsExportedWithAVersion() {
        List<JavaPackage> sdk =
                packages().filter(one -> one.getName().startsWith("org.stoq.sdk")).toList();
        assertThat(sdk).hasSizeGreaterThan(10);
        assertThat(sdk)
                .allSatisfy(one ->
                        assertThat(one.getAnnotations())
                                .as(one.getName())
                                .extracting(annotation -> annotation.getRawType().getName())
                                .contains(
                                        "org.osgi.annotation.versioning.Version",
                                        "org.osgi.annotation.bundle.Export"));
    }

    private Stream<JavaPackage> packages() {
        return shipped.stream().map(JavaClass::getPackage).distinct();
    }

    @Test
    void nothingIsStaticAndMutable() {
        fields().that().areStatic().should().beFinal().check(shipped);
    }

    @Test
    void nothingKeepsStateInThreads() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocal.class)
                .check(shipped);
    }

    @Test
    void namesSayWhatAThingIs() {
        // What JSSE calls a manager is one.
        noClasses()
                .that()
                .areNotAssignableTo(TrustManager.class)
                .and()
                .areNotAssignableTo(KeyManager.class)
                .should()
                .haveNameMatching(".*(Impl|Manager|Helper|Utils?)(\\$.*)?")
                .orShould()
                .haveNameMatching(".*\\.Abstract[A-Z].*")
                .check(shipped);
    }
}
