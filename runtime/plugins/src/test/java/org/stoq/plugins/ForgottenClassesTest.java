package org.stoq.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.plugins.fixture.Announcing;
import org.stoq.plugins.fixture.Failing;

/** A plug-in that is gone leaves no class behind. */
class ForgottenClassesTest {
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
    void whenItIsRemoved() throws IOException {
        lion("1.0.0").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");
        WeakReference<ClassLoader> loader = loader();

        Files.delete(node.file("lion.jar"));

        node.await(() -> node.plugins().isEmpty());
        awaitForgotten(loader);
    }

    @Test
    void whenItIsReplaced() {
        lion("1.0.0").moveTo(node.file("lion.jar"));
        node.awaitActive("lion.jar", "1.0.0");
        WeakReference<ClassLoader> loader = loader();

        lion("1.1.0").moveTo(node.file("lion.jar"));

        node.awaitActive("lion.jar", "1.1.0");
        node.await(() -> node.plugins().size() == 1);
        awaitForgotten(loader);
        assertThat(node.announced("lion")).containsExactly("1.1.0");
    }

    @Test
    void whenItsActivatorFails() {
        List<WeakReference<ClassLoader>> loaders = node.recordLoaders();

        TestJar.of("lion", "1.0.0").activator(Failing.class).moveTo(node.file("lion.jar"));

        node.await(() -> node.status("lion.jar").state() == PluginState.FAILED);
        assertThat(loaders).hasSize(1);
        awaitForgotten(loaders.getFirst());
    }

    private static TestJar lion(String version) {
        return TestJar.of("lion", version).activator(Announcing.class);
    }

    private WeakReference<ClassLoader> loader() {
        return EmbeddedNode.loaderOf(node.plugin("lion"));
    }

    private void awaitForgotten(WeakReference<ClassLoader> loader) {
        node.await(() -> {
            System.gc();
            return loader.refersTo(null);
        });
    }
}
