package org.stoq.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.stoq.plugins.fixture.Announcing;
import org.stoq.plugins.fixture.Failing;

class PluginFolderTest {
    @TempDir private Path dir;

    private EmbeddedNode node;

    @BeforeEach
    void start() throws Exception {
        node = EmbeddedNode.start(dir);
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void startsWhatIsDropped() {
        lion("1.0.0").moveTo(node.file("lion.jar"));

        node.awaitActive("lion.jar", "1.0.0");
        assertThat(node.announced("lion")).containsExactly("1.0.0");
        assertThat(node.status("lion.jar").sizeBytes()).isEqualTo(lion("1.0.0").bytes().length);
    }

    @Test
    void startsWhatIsInTheFolderAlready() throws Exception {
        node.stopWatching();
        lion("1.0.0").moveTo(node.file("lion.jar"));

        node.watch();

        node.awaitActive("lion.jar", "1.0.0");
    }

    @Test
    void aNewVersionIsActiveBeforeTheOldOneStops() {
        lion("1.0.0").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");
        List<String> events = node.recordEvents();

        lion("1.1.0").moveTo(node.file("lion.jar"));

        node.awaitActive("lion.jar", "1.1.0");
        node.await(() -> events.contains("gone lion 1.0.0"));
        assertThat(node.announced("lion")).containsExactly("1.1.0");
        assertThat(events)
                .containsSubsequence(
                        "started lion 1.1.0", "stopping lion 1.0.0", "gone lion 1.0.0");
        assertThat(events).filteredOn(event -> event.startsWith("started")).hasSize(1);
    }

    @Test
    void theSameVersionBuiltAgainReplaces() {
        lion("1.0.0").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");
        Bundle old = node.plugin("lion");

        lion("1.0.0").entry("new.txt", "new").moveTo(node.file("lion.jar"));

        node.await(() -> old.getState() == Bundle.UNINSTALLED);
        assertThat(node.plugin("lion").getEntry("new.txt")).isNotNull();
    }

    @Test
    void aSingletonThatUsesItsOwnPackagesReplacesItselfWithoutARestart() {
        TestJar first = selfUsing("1.0.0");
        first.moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");
        List<String> events = node.recordEvents();

        selfUsing("1.1.0").moveTo(node.file("lion.jar"));

        node.awaitActive("lion.jar", "1.1.0");
        node.await(() -> events.contains("gone lion 1.0.0"));
        assertThat(events).filteredOn(event -> event.startsWith("started")).hasSize(1);
    }

    @Test
    void removesWhatIsDeleted() throws IOException {
        lion("1.0.0").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");
        Bundle bundle = node.plugin("lion");

        Files.delete(node.file("lion.jar"));

        node.await(() -> bundle.getState() == Bundle.UNINSTALLED);
        node.await(() -> node.statuses().isEmpty());
        assertThat(node.announced("lion")).isEmpty();
    }

    @Test
    void aRenamedFileChangesNothing() throws IOException {
        lion("1.0.0").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");
        Bundle bundle = node.plugin("lion");

        Files.move(node.file("lion.jar"), node.file("tiger.jar"), StandardCopyOption.ATOMIC_MOVE);

        node.awaitActive("tiger.jar", "1.0.0");
        assertThat(node.plugin("lion")).isSameAs(bundle);
        assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
    }

    @Test
    void halfAFileChangesNothingUntilItIsWhole() throws IOException {
        lion("1.0.0").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");
        byte[] next = lion("1.1.0").bytes();

        Files.write(node.file("lion.jar"), Arrays.copyOf(next, next.length / 2));

        node.await(() -> node.status("lion.jar").state() == PluginState.INCOMPLETE);
        assertThat(node.status("lion.jar").reason())
                .contains("still being copied")
                .endsWith("lion 1.0.0 goes on");
        assertThat(node.announced("lion")).containsExactly("1.0.0");

        Files.write(node.file("lion.jar"), next);

        node.awaitActive("lion.jar", "1.1.0");
    }

    @Test
    void aBrokenManifestChangesNothing() {
        lion("1.0.0").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");

        TestJar.empty().header("Bundle-SymbolicName", "lion").moveTo(node.file("lion.jar"));

        node.await(() -> node.status("lion.jar").state() == PluginState.REFUSED);
        assertThat(node.status("lion.jar").reason()).contains("Bundle-ManifestVersion: 2");
        assertThat(node.announced("lion")).containsExactly("1.0.0");
    }

    @Test
    void aFailingActivatorLeavesTheOldVersionActive() {
        lion("1.0.0").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");

        TestJar.of("lion", "2.0.0").activator(Failing.class).moveTo(node.file("lion.jar"));

        node.await(() -> node.status("lion.jar").state() == PluginState.FAILED);
        assertThat(node.status("lion.jar").reason())
                .contains("IllegalStateException: the zoo is closed")
                .endsWith("lion 1.0.0 goes on");
        assertThat(node.announced("lion")).containsExactly("1.0.0");
        assertThat(node.plugins()).hasSize(1);
    }

    @Test
    void aPluginThatLacksAPackageStartsWhenAnotherBringsIt() {
        TestJar.of("needy", "1.0.0")
                .header("Import-Package", "zoo.food;version=\"[2,3)\"")
                .moveTo(node.file("needy.jar"));
        node.await(() -> node.status("needy.jar").state() == PluginState.FAILED);
        assertThat(node.status("needy.jar").reason())
                .startsWith("it needs the package zoo.food with version>=2.0.0, version<3.0.0");

        provider("2.1.0").moveTo(node.file("provider.jar"));

        node.awaitActive("needy.jar", "1.0.0");
    }

    @Test
    void aPluginWhoseProviderGoesFailsAndComesBackWithIt() throws IOException {
        provider("2.1.0").moveTo(node.file("provider.jar"));
        node.awaitActive("provider.jar", "2.1.0");
        TestJar.of("needy", "1.0.0")
                .header("Import-Package", "zoo.food;version=\"[2,3)\"")
                .moveTo(node.file("needy.jar"));
        node.awaitActive("needy.jar", "1.0.0");

        Files.delete(node.file("provider.jar"));

        node.await(() -> node.status("needy.jar").state() == PluginState.FAILED);
        assertThat(node.status("needy.jar").reason()).contains("zoo.food");

        provider("2.2.0").moveTo(node.file("provider.jar"));
        node.awaitActive("needy.jar", "1.0.0");
    }

    @Test
    void ofTwoFilesTheHigherVersionRuns() throws IOException {
        lion("2.0.0").moveTo(node.file("b.jar"));
        node.awaitActive("b.jar", "2.0.0");

        lion("1.0.0").moveTo(node.file("a.jar"));

        node.await(() -> node.status("a.jar").state() == PluginState.SUPERSEDED);
        assertThat(node.status("a.jar").reason()).isEqualTo("lion 2.0.0 of b.jar goes first");
        assertThat(node.announced("lion")).containsExactly("2.0.0");

        Files.delete(node.file("b.jar"));

        node.awaitActive("a.jar", "1.0.0");
    }

    @Test
    void aDowngradeIsRefusedUntilTheHigherVersionIsRemoved() throws IOException {
        lion("2.0.0").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "2.0.0");

        lion("1.0.0").moveTo(node.file("lion.jar"));

        node.await(() -> node.status("lion.jar").state() == PluginState.REFUSED);
        assertThat(node.status("lion.jar").reason()).contains("lion 2.0.0 goes on");
        assertThat(node.announced("lion")).containsExactly("2.0.0");

        Files.delete(node.file("lion.jar"));
        node.await(() -> node.statuses().isEmpty());
        lion("1.0.0").moveTo(node.file("lion.jar"));

        node.awaitActive("lion.jar", "1.0.0");
    }

    @Test
    void aFolderThatWasDeletedIsMadeAgainAndWatched() throws IOException {
        lion("1.0.0").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");

        Files.delete(node.file("lion.jar"));
        Files.delete(node.folder());

        node.await(() -> node.plugins().isEmpty());
        node.await(() -> Files.isDirectory(node.folder()));
        lion("1.0.1").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.1");
    }

    @Test
    void nothingIsLeftWhenTheWatchEnds() throws Exception {
        lion("1.0.0").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");

        node.stopWatching();

        assertThat(node.plugins()).isEmpty();
        assertThat(node.thread().isAlive()).isFalse();
        node.await(() ->
                Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("stoq-plugins")));
    }

    @Test
    void aHundredReplacementsLeaveOneBundle() {
        long begin = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            String version = "1.0." + i;
            lion(version).moveTo(node.file("lion.jar"));
            node.awaitActive("lion.jar", version);
        }

        node.await(() -> node.plugins().size() == 1);
        assertThat(node.announced("lion")).containsExactly("1.0.99");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
    }

    private static TestJar lion(String version) {
        return TestJar.of("lion", version).activator(Announcing.class);
    }

    private static TestJar selfUsing(String version) {
        return TestJar.of("lion;singleton:=true", version)
                .activator(Announcing.class)
                .header("Export-Package", "zoo.food;version=1.0.0")
                .header("Import-Package", "org.osgi.framework,zoo.food;version=\"[1,2)\"")
                .entry("zoo/food/meat.txt", "meat");
    }

    private static TestJar provider(String version) {
        return TestJar.of("provider", version)
                .header("Export-Package", "zoo.food;version=" + version)
                .entry("zoo/food/meat.txt", "meat");
    }
}
