package org.stoq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.cli.tree.PosixMode;
import org.stoq.sdk.Digest;
import org.stoq.sdk.cbor.CborMap;

/** {@code put} and {@code get} against a node that keeps objects in a map, or lies. */
class TransferTest {
    private static final int SYMLINK = 1;
    private static final int DIRECTORY = 2;
    private static final long TIME = 1_600_000_000_123L;

    @TempDir private Path folder;
    private Trial trial;
    private FakeNode node;

    @BeforeEach
    void begin() throws IOException {
        trial = new Trial(folder);
        node = trial.node();
    }

    @AfterEach
    void end() throws Exception {
        node.close();
    }

    private Path write(String name, String content, String mode) throws IOException {
        Path file = trial.path(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        Files.setLastModifiedTime(file, FileTime.fromMillis(TIME));
        return file;
    }

    private static int mode(Path file) throws IOException {
        return PosixMode.of(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    /** Every path below a folder with what it is, as text that can be compared. */
    private static List<String> shape(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            List<String> lines = new ArrayList<>();
            for (Path file : all.sorted().toList()) {
                String what =
                        Files.isSymbolicLink(file)
                                ? "-> " + Files.readSymbolicLink(file)
                                : Files.isDirectory(file)
                                        ? "dir"
                                        : "%o %d %s"
                                                .formatted(
                                                        mode(file),
                                                        Files.getLastModifiedTime(file).toMillis(),
                                                        Files.readString(file));
                lines.add(root.relativize(file) + " " + what);
            }
            return lines;
        }
    }

    @Test
    void aTreeComesBackAsItWas() throws IOException {
        write("site/index.html", "<html>", "rw-r--r--");
        write("site/bin/run", "#!/bin/sh", "rwxr-x---");
        write("site/deep/er/still/file", "x".repeat(300_000), "r--------");
        write("site/empty-file", "", "rw-rw-rw-");
        write("site/with space & ümlaut", "text", "rw-------");
        Files.createDirectories(trial.path("site/empty/dir"));
        Files.createSymbolicLink(trial.path("site/link"), Path.of("bin/run"));
        Files.createSymbolicLink(trial.path("site/dangling"), Path.of("/nowhere/at/all"));
        Files.createSymbolicLink(trial.path("site/deep/up"), Path.of("../bin"));
        Path secret = Files.createDirectory(trial.path("site/private"));
        write("site/private/key", "secret", "rw-------");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rwx------"));

        JsonNode put = trial.json("put", "site", "www");
        assertThat(put.get("objects").asLong()).isEqualTo(11);
        assertThat(put.get("skipped").size()).isZero();
        assertThat(put.get("bytes").asLong()).isGreaterThan(300_000);
        JsonNode get = trial.json("get", "-r", "www", "copy");

        assertThat(get.get("objects").asLong()).isEqualTo(11);
        assertThat(get.get("failed").size()).isZero();
        assertThat(shape(trial.path("copy"))).isEqualTo(shape(trial.path("site")));
        assertThat(mode(trial.path("copy/private"))).isEqualTo(0700);
        assertThat(node.object("www/index.html").mediaType()).isEqualTo("text/html");
    }

    @Test
    void theModeOfTheFolderItselfComesBackToo() throws IOException {
        write("site/file", "x", "rw-------");
        Files.setPosixFilePermissions(
                trial.path("site"), PosixFilePermissions.fromString("rwx--x--x"));

        assertThat(trial.run("put", "site")).isZero();
        assertThat(trial.run("get", "-r", "site", "copy")).isZero();

        assertThat(mode(trial.path("copy"))).isEqualTo(0711);
    }

    @Test
    void anEmptyFolderComesBack() throws IOException {
        Files.createDirectory(trial.path("nothing"));

        assertThat(trial.run("put", "nothing")).isZero();
        assertThat(trial.run("get", "-r", "nothing", "copy")).isZero();

        assertThat(trial.path("copy")).isEmptyDirectory();
    }

    @Test
    void namesAreMadeOfFileNameAndPrefix() throws IOException {
        write("report.pdf", "pdf", "rw-r--r--");

        trial.run("put", "report.pdf");
        trial.run("put", "report.pdf", "docs/");
        trial.run("put", "report.pdf", "/docs/other.pdf");
        trial.run("put", "report.pdf", "--name-prefix", "/all/");

        assertThat(node.objects.keySet())
                .containsExactly(
                        "all/report.pdf", "docs/other.pdf", "docs/report.pdf", "report.pdf");
    }

    @Test
    void standardInputIsPublishedUnderItsName() {
        trial.input = "from a pipe".getBytes(UTF_8);

        assertThat(trial.run("put", "-", "pipe.txt", "--type", "text/x-test")).isZero();

        assertThat(node.object("pipe.txt").bytes()).isEqualTo(trial.input);
        assertThat(node.object("pipe.txt").mediaType()).isEqualTo("text/x-test");
    }

    @Test
    void whatTheNodeHasAlreadyIsReported() throws IOException {
        write("a", "same content", "rw-r--r--");
        trial.run("put", "a", "first");

        JsonNode second = trial.json("put", "a", "second");

        assertThat(second.get("bytes").asLong()).isEqualTo(12);
        assertThat(second.get("new_bytes").asLong()).isZero();
        assertThat(second.get("dedup_ratio").asDouble()).isEqualTo(1.0);
        assertThat(second.get("object").asText()).startsWith("sha256:");
        assertThat(trial.run("put", "a", "third")).isZero();
        assertThat(trial.output()).contains("0 B new (100.0 % were there already)");
    }

    @Test
    void aPipeIsLeftOutWithAWarningAndTheRestIsPublished() throws Exception {
        write("d/file", "x", "rw-r--r--");
        assertThat(new ProcessBuilder("mkfifo", trial.path("d/fifo").toString()).start().waitFor())
                .isZero();

        assertThat(trial.run("put", "d")).isEqualTo(1);

        assertThat(trial.errors()).contains("warning: ").contains("d/fifo");
        assertThat(node.objects.keySet()).containsExactly("d/file");
    }

    @Test
    void aFileNameThatIsNoObjectNameIsLeftOutWithAWarning() throws IOException {
        write("d/file", "x", "rw-r--r--");
        write("d/two\nlines", "x", "rw-r--r--");

        assertThat(trial.run("put", "d")).isEqualTo(1);

        assertThat(trial.errors()).contains("control characters");
        assertThat(node.objects.keySet()).containsExactly("d/file");
    }

    @Test
    void getWritesIntoFileFolderOrStandardOutput() throws IOException {
        node.put("docs/a.txt", "hello".getBytes(UTF_8), 0, 0640, TIME);
        Files.createDirectory(trial.path("into"));

        assertThat(trial.run("get", "docs/a.txt")).isZero();
        assertThat(trial.path("a.txt")).hasContent("hello");
        assertThat(mode(trial.path("a.txt"))).isEqualTo(0640);
        assertThat(Files.getLastModifiedTime(trial.path("a.txt")).toMillis()).isEqualTo(TIME);
        assertThat(trial.run("get", "docs/a.txt", "into")).isZero();
        assertThat(trial.path("into/a.txt")).hasContent("hello");
        assertThat(trial.run("get", "/docs/a.txt", "into/b")).isZero();
        assertThat(trial.path("into/b")).hasContent("hello");
        assertThat(trial.run("get", "docs/a.txt", "-")).isZero();
        assertThat(trial.output()).isEqualTo("hello");
        assertThat(trial.run("get", "docs/a.txt", "no/such/folder")).isEqualTo(3);
        assertThat(trial.errors()).contains("mkdir -p");
    }

    @Test
    void getReplacesALinkAndNotWhatItLeadsTo() throws IOException {
        node.put("a", "new");
        write("victim", "old", "rw-r--r--");
        Files.createSymbolicLink(trial.path("a"), Path.of("victim"));

        assertThat(trial.run("get", "a", "a")).isZero();

        assertThat(trial.path("victim")).hasContent("old");
        assertThat(Files.isSymbolicLink(trial.path("a"))).isFalse();
        assertThat(trial.path("a")).hasContent("new");
    }

    @ParameterizedTest
    @CsvSource({"0-4,hello", "6-,world", "-5,world", "0-0,h", "6-999,world", "-999,hello world"})
    void aRangeIsCutOutOfTheObject(String range, String expected) throws IOException {
        node.put("text", "hello world");

        assertThat(trial.run("get", "text", "-", "--range", range)).isZero();

        assertThat(trial.output()).isEqualTo(expected);
    }

    @Test
    void aRangeBehindTheEndIsRefused() throws IOException {
        node.put("text", "hello");

        assertThat(trial.run("get", "text", "-", "--range", "6-7")).isEqualTo(1);

        assertThat(trial.errors()).contains("past the end");
    }

    @Test
    void anObjectThatIsNotThereIsExitThree() throws IOException {
        node.put("folder/file", "x");

        assertThat(trial.run("get", "nothing")).isEqualTo(3);
        assertThat(trial.errors()).contains("stoq ls");
        assertThat(trial.run("get", "folder")).isEqualTo(3);
        assertThat(trial.errors()).contains("stoq get -r folder");
        assertThat(trial.run("get", "-r", "nothing")).isEqualTo(3);
        assertThat(trial.run("rm", "nothing")).isEqualTo(3);
        assertThat(trial.run("rm", "-r", "nothing")).isEqualTo(3);
        assertThat(trial.run("stat", "nothing")).isEqualTo(3);
    }

    @Test
    void forgedBytesAreExitFiveAndLeaveNothingBehind() throws IOException {
        node.put("d/a", "what was published");
        node.forged.put("d/a", "what was NOT published".getBytes(UTF_8));

        assertThat(trial.run("get", "d/a")).isEqualTo(5);
        assertThat(trial.errors()).contains("digest");
        assertThat(trial.run("get", "-r", "d", "copy")).isEqualTo(5);

        try (Stream<Path> left = Files.walk(folder)) {
            assertThat(left.map(file -> String.valueOf(file.getFileName())))
                    .noneMatch(name -> name.equals("a") || name.endsWith(".part"));
        }
    }

    @Test
    void aManifestDigestIsVerifiedDownToTheBytes() throws IOException {
        FakeNode.Stored stored = node.put("doc", "version one");
        String digest = stored.manifest().toString();

        assertThat(trial.run("get", digest, "one")).isZero();
        assertThat(trial.path("one")).hasContent("version one");

        // The node answers the digest with other content that is consistent in itself.
        FakeNode.Stored other = node.put("doc", "version two");
        node.objects.put(
                "doc",
                new FakeNode.Stored(
                        "doc",
                        other.bytes(),
                        other.mediaType(),
                        other.attributes(),
                        stored.signed()));
        assertThat(trial.run("get", digest, "two")).isEqualTo(5);
        assertThat(trial.errors()).contains("publisher says");
        assertThat(trial.path("two")).doesNotExist();
    }

    @Test
    void aSecondRunFetchesOnlyWhatIsMissingOrDiffers() throws IOException {
        node.put("d/a", "aaa");
        node.put("d/b", "bbb");
        node.put("d/c", "ccc");
        trial.run("get", "-r", "d", "copy");
        Files.delete(trial.path("copy/a"));
        Files.writeString(trial.path("copy/b"), "xxx");
        int before = node.gets.get();

        JsonNode again = trial.json("get", "-r", "d", "copy");

        assertThat(node.gets.get() - before).isEqualTo(2);
        assertThat(again.get("objects").asLong()).isEqualTo(3);
        assertThat(again.get("present").asLong()).isEqualTo(1);
        assertThat(again.get("fetched_bytes").asLong()).isEqualTo(6);
        assertThat(again.get("verified_bytes").asLong()).isEqualTo(9);
        assertThat(trial.path("copy/b")).hasContent("bbb");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "d/../../escape",
                "d/./x",
                "d//etc/escape",
                "d/x/../../escape",
                "d/a\u0000b"
            })
    void aHostileNameIsNotWritten(String name) throws IOException {
        node.put("d/good", "good");
        node.put(name, "evil");

        assertThat(trial.run("get", "-r", "d", "in/copy")).isEqualTo(1);

        assertThat(trial.errors()).contains("refused to write");
        assertThat(shape(trial.path("in"))).hasSize(3).last().asString().startsWith("copy/good");
    }

    @Test
    void nothingIsWrittenThroughALinkThatTheNodeSends() throws IOException {
        Path outside = Files.createDirectory(trial.path("outside"));
        node.put("d/exit", outside.toString().getBytes(UTF_8), SYMLINK, 0777, 0);
        node.put("d/exit/stolen", "evil");

        assertThat(trial.run("get", "-r", "d", "copy")).isEqualTo(1);

        assertThat(outside).isEmptyDirectory();
        assertThat(trial.path("copy/exit/stolen")).hasContent("evil");
    }

    @Test
    void nothingIsWrittenThroughALinkOfAnEarlierRun() throws IOException {
        Path outside = Files.createDirectory(trial.path("outside"));
        node.put("d/exit", outside.toString().getBytes(UTF_8), SYMLINK, 0777, 0);
        assertThat(trial.run("get", "-r", "d", "copy")).isZero();
        assertThat(Files.isSymbolicLink(trial.path("copy/exit"))).isTrue();
        node.objects.clear();
        node.put("d/exit/file", "evil");
        node.put("d/exit/link", "/etc".getBytes(UTF_8), SYMLINK, 0777, 0);
        node.put("d/exit/dir", new byte[0], DIRECTORY, 0777, 0);
        node.put("d/exit", new byte[0], DIRECTORY, 0777, TIME);

        assertThat(trial.run("get", "-r", "d", "copy")).isEqualTo(1);

        assertThat(outside).isEmptyDirectory();
        assertThat(mode(outside)).isNotEqualTo(0777);
        assertThat(trial.errors()).contains("link or file where a folder should be");
    }

    @Test
    void aLinkWithAnEndlessTargetIsRefused() throws IOException {
        node.put("d/link", "x".repeat(4_096).getBytes(UTF_8), SYMLINK, 0777, 0);
        node.put("d/longest", "x/".repeat(2_047).getBytes(UTF_8), SYMLINK, 0777, 0);

        assertThat(trial.run("get", "-r", "d", "copy")).isEqualTo(1);

        assertThat(trial.errors()).contains("d/link").doesNotContain("d/longest");
        assertThat(Files.isSymbolicLink(trial.path("copy/longest"))).isTrue();
    }

    @Test
    void aFolderInTheWayOfAFileIsReportedAndTheRestIsWritten() throws IOException {
        node.put("d/a", "a");
        node.put("d/b", "b");
        Files.createDirectories(trial.path("copy/a"));

        assertThat(trial.run("get", "-r", "d", "copy")).isEqualTo(1);

        assertThat(trial.errors()).contains("d/a");
        assertThat(trial.path("copy/b")).hasContent("b");
    }

    @Test
    void everythingNeedsAFolderToGoTo() throws IOException {
        node.put("a", "a");
        node.put("b/c", "c");

        assertThat(trial.run("get", "-r", "/")).isEqualTo(2);
        assertThat(trial.run("get", "-r", "/", "all")).as(trial.errors()).isZero();
        assertThat(trial.path("all/b/c")).hasContent("c");
    }

    @Test
    void listingShowsNamesOrDetailsOrJsonLines() throws IOException {
        for (int i = 0; i < 8; i++) {
            node.put("n" + i, "x".repeat(i));
        }
        node.put("other", "y");

        assertThat(trial.run("ls", "n")).isZero();
        assertThat(trial.output().lines())
                .containsExactly("n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7");
        assertThat(trial.run("ls", "-l", "n7")).isZero();
        assertThat(trial.output()).contains("-rw-r--r--").contains("7 B").contains("n7");
        assertThat(trial.run("ls", "n", "--json")).isZero();
        assertThat(trial.output().lines()).hasSize(8).allMatch(line -> line.startsWith("{"));
    }

    @Test
    void statShowsOneObject() throws IOException {
        FakeNode.Stored stored = node.put("doc", "text");

        JsonNode json = trial.json("stat", "doc");

        assertThat(json.get("size").asLong()).isEqualTo(4);
        assertThat(json.get("mode").asText()).isEqualTo("0644");
        assertThat(json.get("kind").asText()).isEqualTo("file");
        assertThat(json.get("manifest").asText()).isEqualTo(stored.manifest().toString());
        assertThat(trial.run("stat", stored.manifest().toString())).isZero();
        assertThat(trial.output()).contains("name      doc");
    }

    @Test
    void tagsArePublishedAndShown() throws IOException {
        Files.writeString(trial.path("f"), "x");
        Files.createDirectory(trial.path("folder"));
        Files.writeString(trial.path("folder").resolve("g"), "y");
        for (String what : List.of("f", "folder")) {
            assertThat(trial.run("put", what, "--tag", "red", "--tag", "blue")).isZero();
            assertThat(node.arguments("content.put").list(5)).isEqualTo(List.of("red", "blue"));
        }
        assertThat(trial.run("put", "f")).isZero();
        assertThat(node.arguments("content.put").has(5)).isFalse();

        assertThat(trial.run("stat", "f")).isZero();
        assertThat(trial.output()).doesNotContain("tags").doesNotContain("stale");
        assertThat(trial.json("stat", "f").get("stale").asBoolean()).isFalse();
        node.tags = List.of("blue", "red");
        assertThat(trial.run("stat", "f")).isZero();
        assertThat(trial.output()).contains("tags      blue red").contains("stale     purged");
        JsonNode json = trial.json("stat", "f");
        assertThat(json.get("tags").get(1).asText()).isEqualTo("red");
        assertThat(json.get("stale").asBoolean()).isTrue();
    }

    private void purgeAnswers(boolean own, long peers, long confirmed) {
        node.results.put(
                "content.purge",
                CborMap.builder()
                        .put(1, Digest.of(new byte[1]))
                        .put(2, 1_700_000_000_000L)
                        .put(3, own)
                        .put(4, 1_250)
                        .put(5, peers)
                        .put(6, confirmed)
                        .put(7, 4_000)
                        .put(8, 9_900)
                        .put(9, 12_300)
                        .build());
    }

    @Test
    void purgingTellsWhoHasConfirmedAndHowQuickly() throws IOException {
        purgeAnswers(false, 9, 9);
        assertThat(trial.run("purge", "--tag", "red")).isZero();
        assertThat(trial.output())
                .isEqualTo(
                        "tag red: purged here after 1.3 ms, 9 of 9 peers confirmed (p50 4.0 ms,"
                                + " p99 9.9 ms, max 12.3 ms)\n");
        assertThat(trial.errors()).isEmpty();
        assertThat(node.arguments("content.purge").integer(1)).isEqualTo(2);
        assertThat(node.arguments("content.purge").bool(3)).isFalse();
        assertThat(node.arguments("content.purge").integer(4)).isEqualTo(2_000);

        JsonNode json = trial.json("purge", "--prefix", "/docs/", "--soft", "--wait", "20s");
        assertThat(json.get("by").asText()).isEqualTo("prefix");
        assertThat(json.get("value").asText()).isEqualTo("docs/");
        assertThat(json.get("soft").asBoolean()).isTrue();
        assertThat(json.get("peers").asLong()).isEqualTo(9);
        assertThat(json.get("confirmed").asLong()).isEqualTo(9);
        assertThat(json.get("here_ms").asDouble()).isEqualTo(1.25);
        assertThat(json.get("p50_ms").asDouble()).isEqualTo(4.0);
        assertThat(json.get("p99_ms").asDouble()).isEqualTo(9.9);
        assertThat(json.get("max_ms").asDouble()).isEqualTo(12.3);
        assertThat(node.arguments("content.purge").bool(3)).isTrue();
        assertThat(node.arguments("content.purge").integer(4)).isEqualTo(20_000);

        String origin = Digest.of(new byte[2]).hex();
        assertThat(trial.run("purge", "--origin", origin)).isZero();
        assertThat(node.arguments("content.purge").digest(2).hex()).isEqualTo(origin);
        assertThat(trial.run("purge", "a", "b")).isZero();
        assertThat(trial.output().lines()).hasSize(2);
        assertThat(node.arguments("content.purge").text(2)).isEqualTo("b");
    }

    @Test
    void purgingWarnsOfPeersThatHaveNotConfirmedAndOfWhatItDidNotReach() {
        purgeAnswers(true, 2, 1);
        assertThat(trial.run("purge", "a")).isEqualTo(1);
        assertThat(trial.output()).contains("1 of 2 peers confirmed");
        assertThat(trial.errors())
                .contains("one peer has not confirmed within 2.0s")
                .contains("without an operator certificate");
        purgeAnswers(false, 2, 0);
        assertThat(trial.run("purge", "a", "--wait", "100ms")).isEqualTo(1);
        assertThat(trial.output()).endsWith("0 of 2 peers confirmed\n");
        assertThat(trial.errors()).contains("2 peers have not confirmed within 100ms");
        purgeAnswers(false, 0, 0);
        assertThat(trial.run("purge", "a")).isZero();
    }

    @Test
    void removingTakesOneNameOrAFolder() throws IOException {
        node.put("d", new byte[0], DIRECTORY, 0700, 0);
        node.put("d/a", "a");
        node.put("d/b", "b");
        node.put("d2", "stays");

        assertThat(trial.json("rm", "d/a").get("removed").asLong()).isEqualTo(1);
        assertThat(trial.json("rm", "-r", "d").get("removed").asLong()).isEqualTo(2);

        assertThat(node.objects.keySet()).containsExactly("d2");
    }

    @Test
    void aNodeOfAnotherAuthorityIsNotBelieved() throws Exception {
        Trial stranger = new Trial(Files.createDirectory(trial.path("stranger")));
        stranger.environment.put("STOQ_NODE", node.address());

        assertThat(stranger.run("ls")).isEqualTo(5);

        assertThat(stranger.errors()).contains("stoq ca show");
    }

    @Test
    void barsAreDrawnOnlyWhereSomebodyLooks() throws IOException {
        node.put("a", "x".repeat(1_000_000));

        trial.run("get", "a");
        assertThat(trial.errors()).isEmpty();
        trial.onTerminal = true;
        trial.run("get", "a");
        assertThat(trial.errors()).contains("get").contains("%").contains("\r");
        trial.run("get", "a", "--no-progress");
        assertThat(trial.errors()).isEmpty();
        trial.run("get", "a", "--json");
        assertThat(trial.errors()).isEmpty();
    }

    @Test
    void whatANodeNamesCannotMoveTheCursor() throws IOException {
        node.put("evil\u001b[2Jname\u009b0m\u007f ü €", "x");

        trial.run("ls");
        assertThat(trial.output()).isEqualTo("evil?[2Jname?0m? ü €\n");
        trial.run("ls", "-l");
        assertThat(trial.output()).contains("evil?[2Jname").doesNotContain("\u001b");
        trial.run("get", "missing\u001b[2J");
        assertThat(trial.errors()).contains("missing?[2J").doesNotContain("\u001b");
    }
}
