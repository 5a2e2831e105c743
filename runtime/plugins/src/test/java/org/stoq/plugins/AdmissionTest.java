package org.stoq.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Version;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;

class AdmissionTest {
    private static final AdmissionLimits LIMITS = AdmissionLimits.ofFileBytes(1 << 20);

    @TempDir private Path dir;

    @Test
    void tellsWhatAPluginIs() throws IOException {
        byte[] jar = lion().bytes();

        PluginJar plugin = inspect(jar);

        assertThat(plugin.symbolicName()).isEqualTo("lion");
        assertThat(plugin.version()).isEqualTo(new Version("1.2.3"));
        assertThat(plugin.content()).isEqualTo(Digest.of(jar));
        assertThat(plugin.sizeBytes()).isEqualTo(jar.length);
        assertThat(plugin.signers()).isEmpty();
    }

    @Test
    void leavesNothingOfItsCopiesBehind() throws IOException {
        inspect(lion().bytes());
        refusal(new byte[100]);

        try (var files = Files.list(dir)) {
            assertThat(files).containsExactly(dir.resolve("plugin.jar"));
        }
    }

    @Test
    void aFileMayBeAsLargeAsTheLimit() throws IOException {
        byte[] jar = lion().bytes();

        assertThat(inspect(jar, limits(jar.length, 10, 1 << 20, 100))).isNotNull();
        assertThat(refusal(jar, limits(jar.length - 1, 10, 1 << 20, 100)).code())
                .isEqualTo(StoqErrorCode.TOO_LARGE);
    }

    @Test
    void thereMayBeAsManyEntriesAsTheLimit() throws IOException {
        byte[] jar = lion().entry("a", "a").entry("b/", "").bytes();

        assertThat(inspect(jar, limits(1 << 20, 3, 1 << 20, 100))).isNotNull();
        assertThat(refusal(jar, limits(1 << 20, 2, 1 << 20, 100)))
                .hasMessage("it has 3 entries, 2 are possible")
                .extracting(StoqException::code)
                .isEqualTo(StoqErrorCode.TOO_LARGE);
    }

    @Test
    void allEntriesTogetherMayBeAsLargeAsTheLimitWhenUnpacked() throws IOException {
        byte[] jar = lion().entry("a", new byte[5_000]).bytes();
        long manifest = plainBytes(jar, "META-INF/MANIFEST.MF");

        assertThat(inspect(jar, limits(1 << 20, 10, 5_000 + manifest, 1))).isNotNull();
        assertThat(refusal(jar, limits(1 << 20, 10, 4_999 + manifest, 1)))
                .hasMessageContaining("when unpacked")
                .extracting(StoqException::code)
                .isEqualTo(StoqErrorCode.TOO_LARGE);
    }

    @Test
    void aLargeEntryMayShrinkByTheRatioOfTheLimit() throws IOException {
        int size = (int) AdmissionLimits.RATIO_FREE_BYTES + 1;
        byte[] jar = lion().entry("zeros", new byte[size]).bytes();
        int central = ZipBytes.header(jar, ZipBytes.CENTRAL_SIGNATURE, "zeros");
        int packed = ZipBytes.buffer(jar).getInt(central + 20);
        int ratio = (size + packed - 1) / packed;

        assertThat(inspect(jar, limits(1 << 20, 10, 1 << 22, ratio))).isNotNull();
        assertThat(refusal(jar, limits(1 << 20, 10, 1 << 22, ratio - 1)))
                .hasMessage("'zeros' is over %d times larger when unpacked".formatted(ratio - 1));
    }

    @Test
    void aSmallEntryMayShrinkByAnyRatio() throws IOException {
        byte[] zeros = new byte[(int) AdmissionLimits.RATIO_FREE_BYTES];

        assertThat(inspect(lion().entry("zeros", zeros).bytes(), limits(1 << 20, 10, 1 << 22, 1)))
                .isNotNull();
    }

    @Test
    void aPartOfASignatureMayBeAsLargeAsTheLimit() throws IOException {
        byte[] tooLarge = new byte[AdmissionLimits.MAX_MANIFEST_BYTES + 1];
        new Random(1).nextBytes(tooLarge);
        AdmissionLimits limits = AdmissionLimits.ofFileBytes(1 << 24);
        byte[] atLimit = Arrays.copyOf(tooLarge, AdmissionLimits.MAX_MANIFEST_BYTES);

        assertThat(refusal(lion().entry("META-INF/A.SF", tooLarge).bytes(), limits))
                .hasMessage("'META-INF/A.SF' has %d bytes".formatted(tooLarge.length));
        assertThat(inspect(lion().entry("META-INF/A.SF", atLimit).bytes(), limits)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "../up",
                "a/../b",
                "a/..",
                "./a",
                "a//b",
                "C:/windows",
                "c:file",
                "/"
            })
    void refusesNamesThatLeadOut(String name) {
        assertThat(refusal(lion().entry(name, "").bytes()))
                .hasMessageContaining("leads out of the jar");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\b", "a\0b", "a\nb", "a\u0007", "a\u007f", "a\u0085b"})
    void refusesNamesWithForbiddenCharacters(String name) {
        assertThat(refusal(lion().entry(name, "").bytes()).getMessage())
                .contains("forbidden characters")
                .doesNotContain("\0", "\n", "\u0007", "\u007f", "\u0085");
    }

    @ParameterizedTest
    @ValueSource(strings = {"...", "a..b", "a.b/c", "..a", "Ünïcödé", "a b", "ab:c/D"})
    void takesNamesThatOnlyLookAlike(String name) throws IOException {
        assertThat(inspect(lion().entry(name, "").bytes())).isNotNull();
    }

    @Test
    void refusesNamesThatAreNotText() {
        byte[] jar = ZipBytes.replace(lion().entry("a-name", "").bytes(), "a-name", "a\u00ffname");

        assertThat(refusal(jar)).hasMessage("an entry's name is not UTF-8 text");
    }

    @Test
    void refusesTheSameNameTwice() {
        byte[] jar = lion().entry("twin-a", "1").entry("twin-b", "2").bytes();

        assertThat(refusal(ZipBytes.replace(jar, "twin-b", "twin-a")))
                .hasMessageContaining("two entries are called 'twin-a'");
        assertThat(refusal(ZipBytes.replace(jar, "twin-b", "TWIN-A")))
                .hasMessageContaining("two entries are called 'TWIN-A'");
        assertThat(refusal(lion().entry("twin", "1").entry("twin/", "").bytes()))
                .hasMessageContaining("two entries are called");
    }

    @Test
    void refusesAFolderWithContent() {
        assertThat(refusal(lion().entry("folder/", "content").bytes()))
                .hasMessage("the folder 'folder/' has content");
    }

    @Test
    void refusesManifestsUnderOtherNames() {
        byte[] jar = lion().bytes();

        assertThat(refusal(ZipBytes.replace(jar, "META-INF/M", "meta-inf/M")))
                .hasMessageContaining("META-INF is written in capitals");
        assertThat(refusal(ZipBytes.replace(jar, "/MANIFEST.MF", "/Manifest.mf")))
                .hasMessageContaining("not called MANIFEST.MF");
        assertThat(refusal(ZipBytes.replace(jar, "/MANIFEST.MF", "/MANIFEST.XX")))
                .hasMessageContaining("no META-INF/MANIFEST.MF");
    }

    @Test
    void anythingCutShortIsIncomplete() {
        byte[] jar = lion().entry("a", "content").bytes();

        for (int length = 0; length < jar.length; length++) {
            assertThat(refusal(Arrays.copyOf(jar, length)))
                    .as("%d bytes", length)
                    .isInstanceOf(IncompleteJarException.class);
        }
    }

    @Test
    void refusesBytesThatNoEntryOwns() {
        byte[] jar = lion().entry("a", "content").bytes();
        byte[] prefixed = ByteBuffer.allocate(jar.length + 1).put((byte) 0).put(jar).array();
        byte[] commented = Arrays.copyOf(jar, jar.length + 1);
        commented[jar.length - 2] = 1;

        assertThat(refusal(ZipBytes.insertBeforeDirectory(jar, new byte[] {0})))
                .hasMessageContaining("belong to no entry");
        assertThat(refusal(ZipBytes.insertBeforeDirectory(jar, lion().bytes())))
                .hasMessageContaining("belong to no entry");
        assertThat(refusal(prefixed)).hasMessageContaining("does not lie where");
        assertThat(refusal(commented)).isInstanceOf(IncompleteJarException.class);
    }

    @Test
    void refusesAnEntryThatTheDirectoryDoesNotMention() {
        byte[] jar = lion().entry("a", "content").entry("b", "content").bytes();
        int central = ZipBytes.header(jar, ZipBytes.CENTRAL_SIGNATURE, "b");
        int end = jar.length - 22;
        byte[] changed =
                ByteBuffer.allocate(jar.length - (end - central))
                        .put(jar, 0, central)
                        .put(jar, end, 22)
                        .array();
        ByteBuffer buffer = ZipBytes.buffer(changed);
        int at = changed.length - 22;
        buffer.putShort(at + 8, (short) 2).putShort(at + 10, (short) 2);
        buffer.putInt(at + 12, buffer.getInt(at + 12) - (end - central));

        assertThat(refusal(changed)).hasMessageContaining("belong to no entry");
    }

    @Test
    void refusesTwoEntriesOverTheSameBytes() {
        byte[] jar = lion().entry("twin-a", "1").entry("twin-b", "1").bytes();
        ByteBuffer buffer = ZipBytes.buffer(jar);
        int first = ZipBytes.header(jar, ZipBytes.CENTRAL_SIGNATURE, "twin-a");
        int second = ZipBytes.header(jar, ZipBytes.CENTRAL_SIGNATURE, "twin-b");
        buffer.putInt(second + 42, buffer.getInt(first + 42));

        assertThat(refusal(jar).code()).isEqualTo(StoqErrorCode.INVALID_REQUEST);
    }

    @Test
    void refusesHeadersThatContradictEachOther() {
        byte[] jar = lion().entry("honest", "1").bytes();

        assertThat(refusal(ZipBytes.replace(jar, "honest", "liar!!", 1)))
                .hasMessage("the entry 'honest' has two different headers");

        int local = ZipBytes.header(jar, ZipBytes.LOCAL_SIGNATURE, "honest");
        byte[] otherMethod = jar.clone();
        ZipBytes.buffer(otherMethod).putShort(local + 8, (short) 0);
        assertThat(refusal(otherMethod)).hasMessageContaining("two different headers");
    }

    @Test
    void refusesWhatNoJarToolWrites() {
        byte[] jar = lion().entry("entry", "1").bytes();
        int central = ZipBytes.header(jar, ZipBytes.CENTRAL_SIGNATURE, "entry");
        byte[] encrypted = jar.clone();
        encrypted[central + 8] |= 1;
        byte[] bzip2 = jar.clone();
        bzip2[central + 10] = 12;
        byte[] zip64 = jar.clone();
        ZipBytes.buffer(zip64).putInt(central + 24, -1);
        byte[] spanned = jar.clone();
        spanned[jar.length - 18] = 1;

        assertThat(refusal(encrypted)).hasMessage("the entry 'entry' is encrypted");
        assertThat(refusal(bzip2)).hasMessage("the entry 'entry' is compressed by method 12");
        assertThat(refusal(zip64)).hasMessage("it is in ZIP64 form");
        assertThat(refusal(spanned)).hasMessage("it is one part of several");
    }

    @Test
    void refusesContentThatDoesNotMatchItsChecksum() {
        byte[] jar = lion().entry("entry", "1").bytes();
        int central = ZipBytes.header(jar, ZipBytes.CENTRAL_SIGNATURE, "entry");
        int crc = ZipBytes.buffer(jar).getInt(central + 16);
        for (int at = 0; at <= jar.length - 4; at++) {
            if (ZipBytes.buffer(jar).getInt(at) == crc) {
                ZipBytes.buffer(jar).putInt(at, crc + 1);
            }
        }

        assertThat(refusal(jar)).hasMessage("the entry 'entry' is damaged");
    }

    @Test
    void refusesAnEntryThatIsLargerThanItClaims() {
        byte[] jar = lion().entry("bomb", new byte[100_000]).bytes();
        for (int at = 0; at <= jar.length - 4; at++) {
            if (ZipBytes.buffer(jar).getInt(at) == 100_000) {
                ZipBytes.buffer(jar).putInt(at, 99_999);
            }
        }

        assertThat(refusal(jar).getMessage())
                .matches("an entry is larger than it claims to be|the entry 'bomb' is damaged");
    }

    @Test
    void anyDamageIsRefusedAndNothingElseHappens() throws IOException {
        byte[] jar = lion().entry("a", "content").entry("b/c", new byte[300]).bytes();
        Random random = new Random(20_261_125);
        int refused = 0;
        for (int i = 0; i < 1_500; i++) {
            byte[] damaged = jar.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                inspect(damaged);
            } catch (StoqException e) {
                refused++;
            }
        }

        assertThat(refused).isGreaterThan(1_000);
    }

    @Test
    void refusesWhatIsNoBundle() {
        assertThat(refusal(TestJar.empty().bytes())).hasMessageContaining("Bundle-ManifestVersion");
        assertThat(refusal(lion().header("Bundle-ManifestVersion", "1").bytes()))
                .hasMessageContaining("Bundle-ManifestVersion");
        assertThat(refusal(TestJar.empty().header("Bundle-ManifestVersion", "2").bytes()))
                .hasMessage("its manifest has no Bundle-SymbolicName");
        assertThat(refusal(TestJar.of("the lion", "1").bytes()))
                .hasMessage("its Bundle-SymbolicName is no name: 'the lion'");
        assertThat(refusal(TestJar.of("lion", "one").bytes()))
                .hasMessage("its Bundle-Version is no version such as 1.2.3: 'one'");
        assertThat(refusal(lion().header("Fragment-Host", "stoq-node").bytes()))
                .hasMessageContaining("fragment");
    }

    @Test
    void refusesAManifestThatCannotBeRead() {
        byte[] jar = ZipBytes.storedJar("META-INF/MANIFEST.MF", "no manifest\n");

        assertThat(refusal(jar)).hasMessageContaining("it is damaged");
    }

    @Test
    void aSymbolicNameMayHaveTwoHundredCharacters() throws IOException {
        assertThat(inspect(TestJar.of("n".repeat(200), "1").bytes())).isNotNull();
        assertThat(refusal(TestJar.of("n".repeat(201), "1").bytes()))
                .hasMessageContaining("is no name");
    }

    @Test
    void readsNamesWithDirectivesAndVersionsThatAreUnsaid() throws IOException {
        PluginJar plugin =
                inspect(
                        TestJar.empty()
                                .header("Bundle-ManifestVersion", "2")
                                .header("Bundle-SymbolicName", "lion; singleton:=true")
                                .bytes());

        assertThat(plugin.symbolicName()).isEqualTo("lion");
        assertThat(plugin.version()).isEqualTo(Version.emptyVersion);
    }

    @Test
    void refusesTheNamesOfTheNodesOwnBundles() throws IOException {
        try (StagedJar staged = stage(lion().bytes(), LIMITS)) {
            assertThatThrownBy(() -> new Admission(LIMITS).inspect(staged, Set.of("lion")))
                    .hasMessage("'lion' is the name of a bundle of the node itself")
                    .isInstanceOfSatisfying(
                            StoqException.class,
                            e -> assertThat(e.code()).isEqualTo(StoqErrorCode.FORBIDDEN));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org/stoq/sdk/Digest.class",
                "org/stoq/sdk/cache/CachePolicy.class",
                "java/lang/String.class",
                "META-INF/versions/25/org/stoq/sdk/Digest.class",
                "classes/org/stoq/sdk/Digest.class"
            })
    void refusesCopiesOfWhatTheNodeProvides(String name) {
        assertThat(refusal(lion().header("Bundle-ClassPath", ".,classes/").entry(name, "").bytes()))
                .hasMessageContaining("it brings along '" + name + "'");
    }

    @Test
    void refusesCopiesOfWhatTheNodeProvidesInJarsInside() {
        byte[] inner = TestJar.empty().entry("org/stoq/sdk/Digest.class", "").bytes();

        assertThat(
                        refusal(
                                lion().header("Bundle-ClassPath", ".,lib/sdk.jar")
                                        .entry("lib/sdk.jar", inner)
                                        .bytes()))
                .hasMessageContaining("it brings along 'lib/sdk.jar!/org/stoq/sdk/Digest.class'");
    }

    @Test
    void jarsInsideMayBeAsLargeAsTheLimitWhenUnpacked() throws IOException {
        byte[] inner = TestJar.empty().entry("zeros", new byte[100_000]).bytes();
        long plain = 100_000 + plainBytes(inner, "META-INF/MANIFEST.MF");
        byte[] jar =
                lion().header("Bundle-ClassPath", "lib/a.jar").entry("lib/a.jar", inner).bytes();

        assertThat(inspect(jar, limits(1 << 20, 10, plain, 100))).isNotNull();
        assertThat(refusal(jar, limits(1 << 20, 10, plain - 1, 100)))
                .hasMessageContaining("the jars inside it have over");
    }

    @Test
    void refusesToExportWhatTheNodeProvides() {
        assertThat(
                        refusal(
                                lion().header("Export-Package", "zoo;org.stoq.sdk.cache;x=\"a,b\"")
                                        .bytes()))
                .hasMessageContaining("it brings along 'org.stoq.sdk.cache'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org/stoq/sdkx/A.class",
                "com/acme/java/A.class",
                "javax/acme/A.class",
                "org/stoq/zoo/A.class"
            })
    void takesPackagesThatOnlyLookAlike(String name) throws IOException {
        assertThat(inspect(lion().entry(name, "").bytes())).isNotNull();
    }

    private static TestJar lion() {
        return TestJar.of("lion", "1.2.3");
    }

    private static AdmissionLimits limits(long file, int entries, long plain, int ratio) {
        return new AdmissionLimits(file, entries, plain, ratio);
    }

    private static long plainBytes(byte[] jar, String name) {
        return ZipBytes.buffer(jar)
                .getInt(ZipBytes.header(jar, ZipBytes.CENTRAL_SIGNATURE, name) + 24);
    }

    private PluginJar inspect(byte[] jar) throws IOException {
        return inspect(jar, LIMITS);
    }

    private PluginJar inspect(byte[] jar, AdmissionLimits limits) throws IOException {
        try (StagedJar staged = stage(jar, limits)) {
            return new Admission(limits).inspect(staged, Set.of("stoq-node"));
        }
    }

    private StagedJar stage(byte[] jar, AdmissionLimits limits) throws IOException {
        Path file = Files.write(dir.resolve("plugin.jar"), jar);
        return StagedJar.of(file, dir, limits.maxFileBytes());
    }

    private StoqException refusal(byte[] jar) {
        return refusal(jar, LIMITS);
    }

    private StoqException refusal(byte[] jar, AdmissionLimits limits) {
        StoqException refusal =
                catchThrowableOfType(StoqException.class, () -> inspect(jar, limits));
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal;
    }
}
