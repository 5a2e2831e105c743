package org.stoq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stoq.config.ConfigFile;
import org.stoq.config.StoqConfig;
import org.stoq.sdk.call.PeerCertificate;
import org.stoq.sdk.call.Role;
import org.stoq.trust.StoqHome;

/** The commands that need no node. */
class ConfigAndAuthorityTest {
    @TempDir private Path folder;
    private Trial trial;

    @BeforeEach
    void begin() {
        trial = new Trial(folder);
    }

    @Test
    void initWritesEveryKeyAndNeverReplacesAFile() throws Exception {
        assertThat(trial.run("config", "init", "sub/stoq.toml")).isZero();
        assertThat(ConfigFile.read(trial.path("sub/stoq.toml"))).isEqualTo(StoqConfig.defaults());
        Files.writeString(trial.path("sub/stoq.toml"), "mine");

        assertThat(trial.run("config", "init", "sub/stoq.toml")).isEqualTo(1);
        assertThat(trial.path("sub/stoq.toml")).hasContent("mine");
        assertThat(trial.run("config", "init", "sub/stoq.toml", "--force")).isZero();
        assertThat(ConfigFile.read(trial.path("sub/stoq.toml"))).isEqualTo(StoqConfig.defaults());
        assertThat(trial.run("config", "init", "-")).isZero();
        assertThat(ConfigFile.parse("out", trial.output())).isEqualTo(StoqConfig.defaults());
    }

    @Test
    void checkShowsEveryFaultAtOnceWithItsPlace() throws IOException {
        Files.writeString(
                trial.path("stoq.toml"),
                """
                [server]
                max_conections = 5
                [cdn]
                cache_size = "ten"
                """);

        assertThat(trial.run("config", "check", "stoq.toml", "--timeout", "50ms")).isEqualTo(1);
        assertThat(trial.output())
                .contains("stoq.toml:2:1: unknown key 'max_conections'")
                .contains("did you mean 'max_connections'?")
                .contains("stoq.toml:4:")
                .contains("2 faults");

        JsonNode json = trial.json("config", "check", "stoq.toml", "--timeout", "50ms");
        assertThat(json.get("valid").asBoolean()).isFalse();
        assertThat(json.get("faults").size()).isEqualTo(2);
        assertThat(json.at("/faults/0/line").asInt()).isEqualTo(2);
        assertThat(json.at("/faults/0/suggestion").asText()).contains("max_connections");
    }

    @Test
    void checkIsContentWithoutANode() throws IOException {
        Files.writeString(trial.path("stoq.toml"), "[cdn]\ncache_policy = \"lfu\"\n");

        assertThat(trial.run("config", "check", "stoq.toml", "--timeout", "50ms")).isZero();
        assertThat(trial.output()).contains("is valid");
        assertThat(trial.errors()).contains("not compared with a running node");
    }

    @Test
    void showTellsValueSourceAndWhenAChangeHolds() throws IOException {
        Files.writeString(
                trial.path("stoq.toml"),
                "[cdn]\ncache_policy = \"lfu\"\n[plugin.zoo]\nanimals = 3\n");

        assertThat(trial.run("config", "show", "stoq.toml")).isZero();
        assertThat(trial.output())
                .containsPattern("cdn.cache_policy +\"lfu\" +file +live")
                .containsPattern("cdn.store +\"segment\" +default +restart")
                .containsPattern("server.cert_path +\\(unset\\) +default +restart")
                .containsPattern("plugin.zoo.animals +3 +file +live");
    }

    @Test
    void anAuthorityIsMadeOnceWithAPrivateKey() throws IOException {
        assertThat(trial.run("ca", "show")).isEqualTo(3);
        assertThat(trial.run("ca", "init", "--name", "My mesh")).isZero();
        assertThat(trial.output()).contains("authority CN=My mesh").contains("3649d");
        Path key = trial.home.authorityFolder().resolve("ca.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");

        assertThat(trial.run("ca", "init")).isEqualTo(5);
        assertThat(trial.errors()).contains("holds an authority already");
        assertThat(trial.run("ca", "init", "--name", "a,b=c")).isEqualTo(2);
        JsonNode shown = trial.json("ca", "show");
        assertThat(shown.at("/certificates/0/role").asText()).isEqualTo("authority");
        assertThat(shown.at("/certificates/0/fingerprint").asText()).hasSize(64);
    }

    @Test
    void anIssuedCertificateIsOneThatANodeTakes() throws Exception {
        trial.run("ca", "init");

        JsonNode issued =
                trial.json(
                        "ca", "issue", "--out", "edge", "--name", "edge1.example", "--days", "9");

        Path out = trial.path("edge");
        var certified =
                StoqHome.read(
                        out.resolve("identity.key"),
                        out.resolve("cert.pem"),
                        out.resolve("key.pem"),
                        out.resolve("ca.pem"),
                        InstantSource.system());
        assertThat(certified.identity().id()).hasToString(issued.get("node_id").asText());
        assertThat(issued.at("/certificate/role").asText()).isEqualTo("node");
        assertThat(issued.at("/certificate/names").toString())
                .contains("edge1.example", "stoq:" + certified.identity().id());
        for (String key : new String[] {"identity.key", "key.pem"}) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(out.resolve(key))))
                    .isEqualTo("rw-------");
        }
        assertThat(trial.run("ca", "issue", "--out", "edge")).isEqualTo(1);
        assertThat(trial.errors()).contains("exists already");
    }

    @Test
    void anIdentityThatExistsGetsAnotherCertificate() throws Exception {
        trial.run("ca", "init");
        String id = trial.json("ca", "issue", "--out", "first").get("node_id").asText();

        JsonNode again =
                trial.json("ca", "issue", "--out", "second", "--node-id", id, "--role", "operator");

        assertThat(again.get("node_id").asText()).isEqualTo(id);
        assertThat(again.at("/certificate/role").asText()).isEqualTo("operator");
        assertThat(trial.path("second/identity.key")).doesNotExist();
        var certified =
                StoqHome.read(
                        trial.path("first/identity.key"),
                        trial.path("second/cert.pem"),
                        trial.path("second/key.pem"),
                        trial.path("second/ca.pem"),
                        InstantSource.system());
        assertThat(PeerCertificate.of(certified.chain().getFirst()).role())
                .isEqualTo(Role.OPERATOR);
    }

    @Test
    void issuingNeedsAnAuthority() {
        assertThat(trial.run("ca", "issue", "--out", "x")).isEqualTo(3);
        assertThat(trial.errors()).contains("stoq ca init");
        assertThat(trial.path("x")).doesNotExist();
    }

    @Test
    void doctorLooksAtEverythingAndSaysHowToMendIt() throws IOException {
        Files.writeString(
                trial.path("stoq.toml"),
                "[server]\nlisten = \"[::1]:0\"\ndata_dir = \"%s\"\n"
                        .formatted(trial.path("data")));

        JsonNode json = trial.json("doctor", "--config", "stoq.toml");

        assertThat(json.get("healthy").asBoolean()).isTrue();
        assertThat(json.get("findings").findValuesAsText("check"))
                .contains(
                        "configuration",
                        "java",
                        "clock",
                        "open files",
                        "net.core.rmem_max",
                        "ipv6",
                        "port 0",
                        "quic",
                        "disk",
                        "fsync",
                        "certificates");
        assertThat(trial.path("home")).doesNotExist();
    }

    @Test
    void whatDoctorSaysOfACertificateIsACommandThatMendsIt() throws Exception {
        // The authority's key is on another machine, and both certificates have expired.
        Trial elsewhere = new Trial(Files.createDirectory(trial.path("elsewhere")));
        elsewhere.run("ca", "init");
        Path authority = trial.home.authorityFolder();
        Files.createDirectories(authority);
        for (String file : List.of("ca.pem", "ca.key")) {
            Files.copy(elsewhere.home.authorityFolder().resolve(file), authority.resolve(file));
        }
        Instant longAgo = Instant.now().minus(Duration.ofDays(60));
        List<String> names = List.of("edge1.example", "2001:db8::7");
        trial.home.operator(InstantSource.fixed(longAgo));
        trial.home.node(trial.path("data"), names, InstantSource.fixed(longAgo));
        Files.delete(authority.resolve("ca.key"));
        Files.writeString(
                trial.path("stoq.toml"),
                "[server]\nlisten = \"[::1]:0\"\ndata_dir = \"%s\"\n"
                        .formatted(trial.path("data")));

        for (JsonNode finding : findings("operator", "node")) {
            assertThat(finding.get("level").asText()).isEqualTo("FAIL");
            String mend = finding.get("mend").asText();
            Path folder =
                    finding.get("check").asText().equals("node")
                            ? trial.path("data/identity")
                            : trial.home.folder().resolve("operator");
            assertThat(mend).contains("put cert.pem and key.pem into " + folder);
            String command = mend.substring(mend.indexOf("stoq ca issue"));
            String[] words = command.split(" ", -1);
            assertThat(elsewhere.run(Arrays.copyOfRange(words, 1, words.length)))
                    .as(command)
                    .isZero();
            for (String file : List.of("cert.pem", "key.pem")) {
                Files.copy(
                        elsewhere.path(words[words.length - 1]).resolve(file),
                        folder.resolve(file),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }

        for (JsonNode finding : findings("operator", "node")) {
            assertThat(finding.get("level").asText()).isEqualTo("OK");
        }
        var operator = trial.home.operator(InstantSource.system());
        assertThat(PeerCertificate.of(operator.chain().getFirst()))
                .isEqualTo(new PeerCertificate(operator.identity().id(), Role.OPERATOR));
        var node = trial.home.node(trial.path("data"), names, InstantSource.system());
        assertThat(PeerCertificate.of(node.chain().getFirst()))
                .isEqualTo(new PeerCertificate(node.identity().id(), Role.NODE));
        assertThat(node.chain().getFirst().getSubjectAlternativeNames().toString())
                .contains("edge1.example", "2001:db8:0:0:0:0:0:7");
    }

    private List<JsonNode> findings(String... checks) {
        List<JsonNode> found = new ArrayList<>();
        trial.json("doctor", "--config", "stoq.toml")
                .get("findings")
                .forEach(finding -> {
                    if (List.of(checks).contains(finding.get("check").asText())) {
                        found.add(finding);
                    }
                });
        assertThat(found).hasSize(checks.length);
        return found;
    }

    @Test
    void doctorFailsWhereANodeCannotRun() throws IOException {
        Files.writeString(trial.path("stoq.toml"), "[server]\nlisten = 5\n");

        JsonNode json = trial.json("doctor", "--config", "stoq.toml");

        assertThat(json.get("healthy").asBoolean()).isFalse();
        assertThat(json.at("/findings/0/level").asText()).isEqualTo("FAIL");
        assertThat(trial.run("doctor", "--config", "stoq.toml")).isEqualTo(1);
        assertThat(trial.output()).contains("FAIL  configuration").contains("-> stoq config check");
    }
}
