package org.stoq.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.sdk.Digest;
import org.stoq.sdk.StoqErrorCode;
import org.stoq.sdk.StoqException;
import org.stoq.sdk.config.HostPort;

class SigningTest {
    private static final AdmissionLimits LIMITS = AdmissionLimits.ofFileBytes(1 << 20);

    @TempDir private Path dir;

    private final TestSigner alice = TestSigner.ed25519();
    private final TestSigner bob = TestSigner.elliptic();

    @Test
    void tellsWhoHasSignedWithEd25519() throws Exception {
        PluginJar plugin = inspect(alice.sign(lion()));

        byte[] key = alice.keys().getPublic().getEncoded();
        String raw = HexFormat.of().formatHex(key, key.length - 32, key.length);
        String fingerprint =
                HexFormat.of().formatHex(Digest.of(alice.certificate().getEncoded()).toBytes());
        assertThat(plugin.signers())
                .containsExactly(new PluginSigner(fingerprint, Optional.of(raw)));
    }

    @Test
    void tellsWhoHasSignedWithAnEllipticCurve() throws IOException {
        PluginJar plugin = inspect(bob.sign(lion()));

        assertThat(plugin.signers()).containsExactly(bob.asPluginSigner());
        assertThat(bob.asPluginSigner().rawKey()).isEmpty();
    }

    @Test
    void aCertificateThatHasRunOutStillTellsWhoItWas() throws IOException {
        TestSigner carol = TestSigner.expired();

        assertThat(inspect(carol.sign(lion())).signers()).containsExactly(carol.asPluginSigner());
    }

    @Test
    void twoMaySignTheSame() throws IOException {
        assertThat(inspect(bob.sign(alice.sign(lion()))).signers())
                .containsExactlyInAnyOrder(alice.asPluginSigner(), bob.asPluginSigner());
    }

    @Test
    void nobodyHasSignedWhatHasOneUnsignedEntry() throws IOException {
        byte[] jar = rewrite(alice.sign(lion()), entry -> entry, Map.of("evil.txt", "evil"));

        assertThat(inspect(jar).signers()).isEmpty();
    }

    @Test
    void anUnsignedEntryDoesNotPassAsAPartOfASignature() throws IOException {
        for (String name :
                List.of("META-INF/SIG-EVIL", "META-INF/sub/EVIL.RSA", "META-INF/services/x")) {
            byte[] jar = rewrite(alice.sign(lion()), entry -> entry, Map.of(name, "evil"));

            assertThat(inspect(jar).signers()).as(name).isEmpty();
        }
    }

    @Test
    void aChangedEntryBreaksTheSignature() throws IOException {
        byte[] jar =
                rewrite(
                        alice.sign(lion()),
                        entry ->
                                entry.name().equals("mane.txt")
                                        ? new Entry("mane.txt", "bald".getBytes(UTF_8))
                                        : entry,
                        Map.of());

        assertThat(refusal(jar).code()).isEqualTo(StoqErrorCode.INTEGRITY);
    }

    @Test
    void aChangedManifestBreaksTheSignature() throws IOException {
        byte[] jar =
                rewrite(
                        alice.sign(lion()),
                        entry ->
                                entry.name().equals("META-INF/MANIFEST.MF")
                                        ? new Entry(
                                                entry.name(),
                                                new String(entry.content(), UTF_8)
                                                        .replace("zoo.Lion", "zoo.Wolf")
                                                        .getBytes(UTF_8))
                                        : entry,
                        Map.of());

        assertThat(refusal(jar).code()).isEqualTo(StoqErrorCode.INTEGRITY);
    }

    @Test
    void anEntryThatWasTakenOutBreaksTheSignature() throws IOException {
        byte[] jar =
                rewrite(
                        alice.sign(lion()),
                        entry ->
                                entry.name().equals("mane.txt")
                                        ? new Entry("", new byte[0])
                                        : entry,
                        Map.of());

        assertThat(refusal(jar))
                .hasMessage("'mane.txt' was signed and is not there any more")
                .extracting(StoqException::code)
                .isEqualTo(StoqErrorCode.INTEGRITY);
    }

    @Test
    void aSignatureThatDoesNotCoverTheManifestIsNone() throws IOException {
        byte[] jar = alice.sign(lion(), Map.of("sectionsonly", "true"), "SHA-384");

        assertThat(inspect(jar).signers()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA-256", "SHA-384", "SHA-512"})
    void takesStrongDigests(String digest) throws IOException {
        assertThat(inspect(alice.sign(lion(), Map.of(), digest)).signers()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA-1", "MD5"})
    void weakDigestsAreNone(String digest) throws IOException {
        assertThat(inspect(alice.sign(lion(), Map.of(), digest)).signers()).isEmpty();
    }

    @Test
    void aPinnedFingerprintLetsIn() {
        SigningRule rule = rule("true", "[::]:4433", bob.asPluginSigner().fingerprint());

        assertThat(rule.refusal(List.of(bob.asPluginSigner()))).isEmpty();
        assertThat(rule.refusal(List.of(alice.asPluginSigner(), bob.asPluginSigner()))).isEmpty();
        assertThat(rule.signer(List.of(alice.asPluginSigner(), bob.asPluginSigner())))
                .contains(bob.asPluginSigner());
        assertThat(rule.refusal(List.of(alice.asPluginSigner())))
                .hasValueSatisfying(reason ->
                        assertThat(reason)
                                .contains(alice.asPluginSigner().fingerprint())
                                .contains("plugins.require_signed is true")
                                .contains("plugins.pinned_keys"));
    }

    @Test
    void aPinnedRawKeyLetsInWhateverTheCertificate() {
        SigningRule rule = rule("true", "[::]:4433", alice.asPluginSigner().rawKey().orElseThrow());

        assertThat(rule.refusal(List.of(alice.asPluginSigner()))).isEmpty();
        assertThat(rule.refusal(List.of(bob.asPluginSigner()))).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "true, [::1]:4433, false",
        "true, [::]:4433, false",
        "false, [::1]:4433, true",
        "false, [::]:4433, true",
        "unsaid, [::1]:4433, true",
        "unsaid, localhost:4433, true",
        "unsaid, [::]:4433, false",
        "unsaid, [2001:db8::1]:4433, false",
        "unsaid, edge1.example:4433, false"
    })
    void unsignedOnesAreLetInWhereTheRuleSaysSo(String required, String listen, boolean letIn) {
        SigningRule rule = rule(required, listen, "ab".repeat(32));

        assertThat(rule.refusal(List.of()).isEmpty()).isEqualTo(letIn);
        assertThat(rule.trusts(List.of())).isFalse();
    }

    @Test
    void aRefusalOnAReachableNodeTellsBothWaysOut() {
        assertThat(rule("unsaid", "[::]:4433", "ab".repeat(32)).refusal(List.of()))
                .hasValue(
                        "not every entry of it is signed and the node can be reached at [::]:4433:"
                                + " sign it with a key in plugins.pinned_keys, or let everybody's in"
                                + " with plugins.require_signed = false");
    }

    private static final Charset UTF_8 = StandardCharsets.UTF_8;

    private record Entry(String name, byte[] content) {}

    private static byte[] lion() {
        return TestJar.of("lion", "1.0.0")
                .header("Bundle-Activator", "zoo.Lion")
                .entry("zoo/", "")
                .entry("zoo/Lion.class", "roar")
                .entry("mane.txt", "long")
                .bytes();
    }

    private static SigningRule rule(String required, String listen, String pinned) {
        return new SigningRule(
                required.equals("unsaid")
                        ? Optional.empty()
                        : Optional.of(Boolean.valueOf(required)),
                Set.of(pinned),
                HostPort.parse(listen));
    }

    /** Copies a jar entry by entry; those without a name are left out. */
    private static byte[] rewrite(
            byte[] jar, UnaryOperator<Entry> change, Map<String, String> additions)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(jar));
                ZipOutputStream out = new ZipOutputStream(bytes)) {
            ZipEntry next = in.getNextEntry();
            while (next != null) {
                Entry entry = change.apply(new Entry(next.getName(), in.readAllBytes()));
                if (!entry.name().isEmpty()) {
                    add(out, entry.name(), entry.content());
                }
                next = in.getNextEntry();
            }
            for (Map.Entry<String, String> addition : additions.entrySet()) {
                add(out, addition.getKey(), addition.getValue().getBytes(UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static void add(ZipOutputStream out, String name, byte[] content) throws IOException {
        out.putNextEntry(new ZipEntry(name));
        out.write(content);
        out.closeEntry();
    }

    private PluginJar inspect(byte[] jar) throws IOException {
        Path file = Files.write(dir.resolve("plugin.jar"), jar);
        try (StagedJar staged = StagedJar.of(file, dir, LIMITS.maxFileBytes())) {
            return new Admission(LIMITS).inspect(staged, Set.of());
        }
    }

    private StoqException refusal(byte[] jar) {
        StoqException refusal = catchThrowableOfType(StoqException.class, () -> inspect(jar));
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal;
    }
}
