package org.stoq.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.stoq.plugins.fixture.Announcing;
import org.stoq.plugins.fixture.Failing;
import org.stoq.plugins.fixture.Waiting;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.call.Request;
import org.stoq.sdk.call.Role;
import org.stoq.sdk.cbor.CborMap;
import org.stoq.sdk.config.HostPort;
import org.stoq.sdk.config.PluginsConfig;

class PluginsAdapterTest {
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
    void isForOperatorsOnly() {
        for (String method : List.of("list", "install", "remove", "anything")) {
            assertThat(node.adapter().requiredRole(method)).isEqualTo(Role.OPERATOR);
        }
        assertThat(refusal(TestCall.of("anything", "", new byte[0])).code())
                .isEqualTo(StoqErrorCode.NOT_FOUND);
    }

    @Test
    void installAnswersWhenThePluginIsActive() throws IOException {
        TestCall call = install("lion.jar", lion("1.0.0"));

        assertThat(node.announced("lion")).containsExactly("1.0.0");
        assertThat(call.response().error()).isEmpty();
        assertThat(call.response().results().text(1)).isEqualTo("lion");
        assertThat(call.response().results().text(2)).isEqualTo("1.0.0");
        assertThat(call.response().results().text(3)).isEqualTo("active");
        assertThat(node.file("lion.jar")).hasBinaryContent(lion("1.0.0"));
        assertThat(filesInFolder()).containsExactly("lion.jar");
    }

    @Test
    void installReplacesAndLooksDoNotStartItAgain() throws IOException {
        install("lion.jar", lion("1.0.0"));
        List<String> events = node.recordEvents();

        install("lion.jar", lion("1.1.0"));
        install("tiger.jar", TestJar.of("tiger", "1.0.0").activator(Announcing.class).bytes());

        assertThat(node.announced("lion")).containsExactly("1.1.0");
        assertThat(events)
                .containsExactly(
                        "started lion 1.1.0",
                        "stopping lion 1.0.0",
                        "gone lion 1.0.0",
                        "started tiger 1.0.0");
    }

    @Test
    void installingTheSameAgainChangesNothing() throws IOException {
        install("lion.jar", lion("1.0.0"));
        Bundle bundle = node.plugin("lion");

        TestCall call = install("lion.jar", lion("1.0.0"));

        assertThat(call.response().error()).isEmpty();
        assertThat(node.plugin("lion")).isSameAs(bundle);
        assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
    }

    @Test
    void aRefusedInstallTellsWhyAndChangesNothing() throws IOException {
        install("lion.jar", lion("1.0.0"));
        byte[] noBundle = TestJar.empty().bytes();

        StoqException refusal = refusal(TestCall.of("install", "lion.jar", noBundle));

        assertThat(refusal).hasMessageContaining("no OSGi bundle");
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.INVALID_REQUEST);
        assertThat(node.file("lion.jar")).hasBinaryContent(lion("1.0.0"));
        assertThat(filesInFolder()).containsExactly("lion.jar");
        assertThat(node.announced("lion")).containsExactly("1.0.0");
    }

    @Test
    void aPluginThatDoesNotStartIsNotKept() throws IOException {
        install("lion.jar", lion("1.0.0"));
        byte[] failing = TestJar.of("lion", "2.0.0").activator(Failing.class).bytes();

        StoqException refusal = refusal(TestCall.of("install", "lion.jar", failing));

        assertThat(refusal).hasMessageContaining("the zoo is closed");
        assertThat(refusal.code()).isEqualTo(StoqErrorCode.PRECONDITION_FAILED);
        assertThat(node.file("lion.jar")).hasBinaryContent(lion("1.0.0"));
        assertThat(node.announced("lion")).containsExactly("1.0.0");
        assertThat(node.plugins()).hasSize(1);
    }

    @Test
    void aLowerVersionIsRefused() throws IOException {
        install("lion.jar", lion("2.0.0"));

        for (String file : List.of("lion.jar", "other.jar")) {
            StoqException refusal = refusal(TestCall.of("install", file, lion("1.0.0")));
            assertThat(refusal).hasMessageContaining("lion 2.0.0");
            assertThat(refusal.code()).isEqualTo(StoqErrorCode.CONFLICT);
        }
        assertThat(filesInFolder()).containsExactly("lion.jar");
    }

    @Test
    void aFileThatBecomesAnotherPluginEndsTheFirst() throws IOException {
        install("cat.jar", lion("1.0.0"));

        install("cat.jar", TestJar.of("tiger", "1.0.0").activator(Announcing.class).bytes());

        assertThat(node.announced("lion")).isEmpty();
        assertThat(node.announced("tiger")).containsExactly("1.0.0");
    }

    @Test
    void anUploadMayBeAsLargeAsTheLimit() throws Exception {
        byte[] jar = lion("1.0.0");
        byte[] larger = TestJar.of("lion", "1.1.0").entry("x", new byte[0]).bytes();
        restart(Map.of("max_size", (long) jar.length));

        install("lion.jar", jar);

        byte[] tooLarge = Arrays.copyOf(larger, jar.length + 1);
        assertThat(refusal(TestCall.of("install", "lion.jar", tooLarge)).code())
                .isEqualTo(StoqErrorCode.TOO_LARGE);
        CborMap arguments = CborMap.builder().put(1, "lion.jar").build();
        Request announced = Request.of("plugins", "install", arguments).withBody(jar.length + 1);
        assertThat(refusal(new TestCall(announced, new byte[0])).code())
                .isEqualTo(StoqErrorCode.TOO_LARGE);
        assertThat(filesInFolder()).containsExactly("lion.jar");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../lion.jar",
                "a/lion.jar",
                "a\\lion.jar",
                ".lion.jar",
                "lion.zip",
                "lion",
                ".jar",
                "",
                "li on.jar",
                "lion.jar\n",
                "löwe.jar"
            })
    void refusesFileNames(String file) throws IOException {
        assertThat(refusal(TestCall.of("install", file, lion("1.0.0"))).code())
                .isEqualTo(StoqErrorCode.INVALID_REQUEST);
        assertThat(refusal(TestCall.of("remove", file, new byte[0])).code())
                .isEqualTo(StoqErrorCode.INVALID_REQUEST);
        assertThat(filesInFolder()).isEmpty();
    }

    @Test
    void aFileNameMayHaveTwoHundredCharactersBeforeTheDot() throws IOException {
        install("n".repeat(200) + ".jar", lion("1.0.0"));

        assertThat(refusal(TestCall.of("install", "n".repeat(201) + ".jar", lion("1.1.0"))).code())
                .isEqualTo(StoqErrorCode.INVALID_REQUEST);
    }

    @Test
    void removeAnswersWhenThePluginIsGone() throws IOException {
        install("lion.jar", lion("1.0.0"));

        node.adapter().handle(TestCall.of("remove", "lion.jar", new byte[0]));

        assertThat(node.plugins()).isEmpty();
        assertThat(filesInFolder()).isEmpty();
        assertThat(node.statuses()).isEmpty();
        assertThat(refusal(TestCall.of("remove", "lion.jar", new byte[0])))
                .hasMessage("no plug-in is called 'lion.jar'")
                .extracting(StoqException::code)
                .isEqualTo(StoqErrorCode.NOT_FOUND);
    }

    @Test
    void listTellsOfEveryFile() throws IOException {
        TestSigner alice = TestSigner.ed25519();
        byte[] signed = alice.sign(lion("1.0.0"));
        install("lion.jar", signed);
        Files.write(node.file("note.jar"), new byte[10]);
        node.await(() -> node.statuses().size() == 2);
        node.await(() -> node.status("note.jar").state() == PluginState.INCOMPLETE);

        TestCall call = TestCall.of("list", "", new byte[0]);
        node.adapter().handle(call);

        List<?> plugins = call.answer().list(1);
        CborMap lion = (CborMap) plugins.get(0);
        CborMap note = (CborMap) plugins.get(1);
        assertThat(lion.text(1)).isEqualTo("lion.jar");
        assertThat(lion.text(2)).isEqualTo("active");
        assertThat(lion.text(3)).isEqualTo("lion");
        assertThat(lion.text(4)).isEqualTo("1.0.0");
        assertThat(lion.text(5)).isEqualTo(alice.asPluginSigner().fingerprint());
        assertThat(lion.has(6)).isFalse();
        assertThat(lion.integer(7)).isEqualTo(signed.length);
        assertThat(note.text(2)).isEqualTo("incomplete");
        assertThat(note.has(5)).isFalse();
        assertThat(note.text(6)).contains("still being copied");
        assertThat(note.integer(7)).isEqualTo(10);
        assertThat(call.response().bodyLength()).isPresent();
    }

    @Test
    void uploadsThatWereCutShortAreDeletedAtTheStart() throws Exception {
        node.stopWatching();
        Files.write(node.file(".upload-123.part"), new byte[10]);

        node.watch();

        node.await(() -> filesInFolder().isEmpty());
    }

    @Test
    void anUploadThatIsFasterThanTheStartOfTheWorkerStays() throws Exception {
        PluginsConfig config = PluginsConfig.TABLE.defaults();
        PluginFolder early =
                new PluginFolder(
                        new PluginFolder.Places(dir.resolve("early"), dir.resolve("staging")),
                        new Admission(AdmissionLimits.ofFileBytes(1)),
                        new PluginBundles(node.context(), Duration.ofSeconds(1)),
                        SigningRule.of(config, HostPort.parse("[::1]:0")),
                        Duration.ZERO,
                        new PluginFolder.Clocks(InstantSource.system(), System::nanoTime));
        Path upload = early.newUpload();

        early.begin();

        assertThat(upload).exists();
    }

    @Test
    void aPluginThatTakesItsTimeToStopHoldsUpNobodyElse() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        node.context().registerService(CountDownLatch.class, release, null);
        install("slow.jar", waiting("stop"));
        CborMap arguments = CborMap.builder().put(1, "slow.jar").build();
        Request hasty = Request.of("plugins", "remove", arguments).within(Duration.ofMillis(50));

        StoqException refusal = refusal(new TestCall(hasty, new byte[0]));

        assertThat(refusal.code()).isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);
        node.adapter().handle(TestCall.of("list", "", new byte[0]));
        assertThat(node.plugin("slow").getState()).isEqualTo(Bundle.STOPPING);
        assertThat(refusal(new TestCall(hasty, new byte[0])).code())
                .isEqualTo(StoqErrorCode.DEADLINE_EXCEEDED);

        release.countDown();
        node.await(() -> node.plugins().isEmpty());
    }

    @Test
    void installDoesNotWaitForTheOldVersionToStop() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        node.context().registerService(CountDownLatch.class, release, null);
        install("slow.jar", waiting("stop"));
        Bundle old = node.plugin("slow");

        install("slow.jar", TestJar.of("slow", "1.1.0").activator(Announcing.class).bytes());

        assertThat(node.announced("slow")).containsExactly("1.1.0");
        assertThat(node.status("slow.jar").state()).isEqualTo(PluginState.ACTIVE);
        node.await(() -> old.getState() == Bundle.STOPPING);
        release.countDown();
        node.await(() -> old.getState() == Bundle.UNINSTALLED);
    }

    @Test
    void aPluginThatHangsInItsActivatorIsInterrupted() throws Exception {
        node.context().registerService(CountDownLatch.class, new CountDownLatch(1), null);

        StoqException refusal = refusal(TestCall.of("install", "slow.jar", waiting("start")));

        assertThat(refusal).hasMessageContaining("it did not start within 300 ms");
        assertThat(node.plugins()).isEmpty();
        install("lion.jar", lion("1.0.0"));
        assertThat(node.announced("lion")).containsExactly("1.0.0");
    }

    @Test
    void nothingIsInstalledAfterTheEnd() throws Exception {
        node.stopWatching();

        assertThat(refusal(TestCall.of("install", "lion.jar", lion("1.0.0"))).code())
                .isEqualTo(StoqErrorCode.UNAVAILABLE);
        assertThat(filesInFolder()).isEmpty();
    }

    private static byte[] waiting(String moment) {
        return TestJar.of("slow", "1.0.0")
                .activator(Waiting.class)
                .header("Wait-At", moment)
                .bytes();
    }

    private static byte[] lion(String version) {
        return TestJar.of("lion", version).activator(Announcing.class).bytes();
    }

    private void restart(Map<String, Object> table) {
        node.stopWatching();
        node.configure(table);
        node.watch();
    }

    private TestCall install(String file, byte[] jar) throws IOException {
        TestCall call = TestCall.of("install", file, jar);
        node.adapter().handle(call);
        return call;
    }

    private StoqException refusal(TestCall call) {
        StoqException refusal =
                catchThrowableOfType(StoqException.class, () -> node.adapter().handle(call));
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal;
    }

    private List<String> filesInFolder() {
        node.await(() -> Files.isDirectory(node.folder()));
        String[] names = node.folder().toFile().list();
        return names == null ? List.of() : List.of(names);
    }
}
