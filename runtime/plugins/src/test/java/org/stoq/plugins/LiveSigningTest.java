package org.stoq.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.plugins.fixture.Announcing;

/** The rule about signatures changes while plug-ins run. */
class LiveSigningTest {
    @TempDir private Path dir;

    private final TestSigner alice = TestSigner.ed25519();
    private final TestSigner bob = TestSigner.elliptic();
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
    void whatIsNotSignedStopsWhenSignaturesAreRequired() {
        TestJar.moveTo(plugin("lion"), node.file("lion.jar"));
        TestJar.moveTo(alice.sign(plugin("tiger")), node.file("tiger.jar"));
        node.awaitActive("lion.jar", "1.0.0");
        node.awaitActive("tiger.jar", "1.0.0");
        List<String> events = node.recordEvents();

        node.reconfigure(required(alice.asPluginSigner().fingerprint()));

        node.await(() -> node.status("lion.jar").state() == PluginState.REFUSED);
        assertThat(node.status("lion.jar").reason()).contains("plugins.require_signed is true");
        assertThat(node.announced("lion")).isEmpty();
        assertThat(node.announced("tiger")).containsExactly("1.0.0");
        assertThat(events).noneMatch(event -> event.contains("tiger"));

        node.reconfigure(Map.of());

        node.awaitActive("lion.jar", "1.0.0");
    }

    @Test
    void whatSomebodySignedStopsWhenTheirKeyIsNotPinnedAnyMore() {
        String alicesKey = alice.asPluginSigner().rawKey().orElseThrow();
        node.reconfigure(required(alicesKey, bob.asPluginSigner().fingerprint()));
        TestJar.moveTo(alice.sign(plugin("lion")), node.file("lion.jar"));
        TestJar.moveTo(bob.sign(plugin("tiger")), node.file("tiger.jar"));
        node.awaitActive("lion.jar", "1.0.0");
        node.awaitActive("tiger.jar", "1.0.0");

        node.reconfigure(required(bob.asPluginSigner().fingerprint()));

        node.await(() -> node.status("lion.jar").state() == PluginState.REFUSED);
        assertThat(node.status("lion.jar").reason()).contains(alice.asPluginSigner().fingerprint());
        assertThat(node.announced("lion")).isEmpty();
        assertThat(node.announced("tiger")).containsExactly("1.0.0");

        node.reconfigure(required(alicesKey, bob.asPluginSigner().fingerprint()));

        node.awaitActive("lion.jar", "1.0.0");
    }

    @Test
    void aVersionThatIsNotSignedDoesNotReplaceOneThatIs() {
        node.reconfigure(required(alice.asPluginSigner().fingerprint()));
        TestJar.moveTo(alice.sign(plugin("lion")), node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");

        TestJar.of("lion", "2.0.0").activator(Announcing.class).moveTo(node.file("lion.jar"));

        node.await(() -> node.status("lion.jar").state() == PluginState.REFUSED);
        assertThat(node.status("lion.jar").reason()).endsWith("lion 1.0.0 goes on");
        assertThat(node.announced("lion")).containsExactly("1.0.0");
    }

    @Test
    void aNodeThatOthersCanReachLetsNothingUnsignedInUnlessItIsTold() throws Exception {
        node.stopWatching();
        node.listen("[::]:4433");
        node.watch();
        TestJar.moveTo(plugin("lion"), node.file("lion.jar"));
        node.await(() -> node.status("lion.jar").state() == PluginState.REFUSED);
        assertThat(node.status("lion.jar").reason()).contains("can be reached at [::]:4433");
        assertThat(node.plugins()).isEmpty();

        node.reconfigure(Map.of("require_signed", false));

        node.awaitActive("lion.jar", "1.0.0");
    }

    private static byte[] plugin(String name) {
        return TestJar.of(name, "1.0.0").activator(Announcing.class).bytes();
    }

    private static Map<String, Object> required(String... pinned) {
        return Map.of("require_signed", true, "pinned_keys", pinned);
    }
}
