package org.stoq.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.stoq.plugins.FolderPlan.Rename;
import org.stoq.plugins.FolderPlan.Replace;
import org.stoq.plugins.FolderPlan.Running;
import org.stoq.plugins.FolderPlan.Start;
import org.stoq.plugins.FolderPlan.Stop;
import org.stoq.sdk.Digest;

class FolderPlanTest {
    private static final PluginJar LION_1 = jar("lion", "1.0.0", "first");
    private static final PluginJar LION_2 = jar("lion", "2.0.0", "second");
    private static final PluginJar LION_2_REBUILT = jar("lion", "2.0.0", "rebuilt");
    private static final PluginJar TIGER = jar("tiger", "1.0.0", "tiger");

    @Test
    void anEmptyFolderNeedsNothing() {
        assertThat(plan(Map.of()).steps()).isEmpty();
    }

    @Test
    void startsTheHighestVersionOfEach() {
        FolderPlan plan = plan(Map.of("a.jar", LION_1, "b.jar", LION_2, "c.jar", TIGER));

        assertThat(plan.steps())
                .containsExactly(new Start("b.jar", LION_2), new Start("c.jar", TIGER));
        assertThat(plan.passedOver())
                .containsOnlyKeys("a.jar")
                .allSatisfy(
                        (file, rest) -> assertThat(rest.state()).isEqualTo(PluginState.SUPERSEDED));
    }

    @Test
    void ofEqualVersionsTheFirstNameStarts() {
        assertThat(plan(Map.of("b.jar", LION_2, "a.jar", LION_2_REBUILT)).steps())
                .containsExactly(new Start("a.jar", LION_2_REBUILT));
    }

    @Test
    void whatRunsGoesOn() {
        Running running = new Running("a.jar", LION_1);

        assertThat(plan(Map.of("a.jar", LION_1), running).steps()).isEmpty();
        assertThat(plan(Map.of("a.jar", LION_1), running).passedOver()).isEmpty();
    }

    @Test
    void aHigherVersionReplacesWhereverItLies() {
        Running running = new Running("a.jar", LION_1);

        assertThat(plan(Map.of("a.jar", LION_2), running).steps())
                .containsExactly(new Replace("a.jar", LION_2, running));
        assertThat(plan(Map.of("a.jar", LION_1, "b.jar", LION_2), running).steps())
                .containsExactly(new Replace("b.jar", LION_2, running));
    }

    @Test
    void theSameVersionReplacesInItsPlaceOnly() {
        Running running = new Running("b.jar", LION_2);

        assertThat(plan(Map.of("b.jar", LION_2_REBUILT), running).steps())
                .containsExactly(new Replace("b.jar", LION_2_REBUILT, running));
        assertThat(plan(Map.of("a.jar", LION_2_REBUILT, "b.jar", LION_2), running).steps())
                .isEmpty();
        assertThat(plan(Map.of("a.jar", LION_1, "b.jar", LION_2_REBUILT), running).steps())
                .containsExactly(new Replace("b.jar", LION_2_REBUILT, running));
    }

    @Test
    void aLowerVersionWaitsUntilTheFileOfTheHigherIsGone() {
        Running running = new Running("b.jar", LION_2);

        FolderPlan before = plan(Map.of("a.jar", LION_1, "b.jar", LION_2), running);
        assertThat(before.steps()).isEmpty();
        assertThat(stateOf("a.jar", before)).isEqualTo(PluginState.SUPERSEDED);

        assertThat(plan(Map.of("a.jar", LION_1), running).steps())
                .containsExactly(new Replace("a.jar", LION_1, running));
    }

    @Test
    void aLowerVersionInPlaceIsRefused() {
        Running running = new Running("a.jar", LION_2);

        FolderPlan plan = plan(Map.of("a.jar", LION_1), running);

        assertThat(plan.steps()).isEmpty();
        assertThat(stateOf("a.jar", plan)).isEqualTo(PluginState.REFUSED);
    }

    @Test
    void whatRunsGoesOnWhileItsFileIsUnusable() {
        Running running = new Running("a.jar", LION_2);

        assertThat(FolderPlan.of(Set.of("a.jar"), Map.of(), List.of(running)).steps()).isEmpty();
        assertThat(
                        FolderPlan.of(
                                        Set.of("a.jar", "b.jar"),
                                        Map.of("b.jar", LION_1),
                                        List.of(running))
                                .steps())
                .isEmpty();
    }

    @Test
    void whatHasNoFileStops() {
        Running running = new Running("a.jar", LION_2);

        assertThat(plan(Map.of(), running).steps()).containsExactly(new Stop(running));
    }

    @Test
    void aFileThatHasBecomeAnotherPluginEndsTheFirst() {
        Running running = new Running("a.jar", LION_2);

        assertThat(plan(Map.of("a.jar", TIGER), running).steps())
                .containsExactlyInAnyOrder(new Start("a.jar", TIGER), new Stop(running));
    }

    @Test
    void theSameJarUnderAnotherNameIsARename() {
        Running running = new Running("a.jar", LION_2);

        assertThat(plan(Map.of("b.jar", LION_2), running).steps())
                .containsExactly(new Rename("b.jar", running));
    }

    @Test
    void aCopyIsSuperseded() {
        FolderPlan plan =
                plan(Map.of("a.jar", LION_2, "b.jar", LION_2), new Running("b.jar", LION_2));

        assertThat(plan.steps()).isEmpty();
        assertThat(plan.passedOver()).containsOnlyKeys("a.jar");
    }

    private static FolderPlan plan(Map<String, PluginJar> files, Running... running) {
        return FolderPlan.of(files.keySet(), files, List.of(running));
    }

    private static PluginState stateOf(String file, FolderPlan plan) {
        FolderPlan.Rest rest = plan.passedOver().get(file);
        return rest == null ? PluginState.ACTIVE : rest.state();
    }

    private static PluginJar jar(String name, String version, String content) {
        return new PluginJar(
                name,
                new Version(version),
                Digest.of(content.getBytes(StandardCharsets.UTF_8)),
                content.length(),
                List.of());
    }
}
