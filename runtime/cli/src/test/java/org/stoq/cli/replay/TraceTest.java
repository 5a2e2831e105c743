package org.stoq.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stoq.cache.BuiltInPolicies;
import org.stoq.cli.CommandFailure;
import org.stoq.sdk.cache.CachePolicy;

class TraceTest {
    private static final Set<String> DECLINING = Set.of("wtinylfu", "adaptive");

    @TempDir private Path folder;

    @Test
    void linesAreReadWithAndWithoutNamesAboveThem() throws Exception {
        String lines = "0,7,100\n1.5,nine,200\n\n# pause\r\n2, 7 ,100,more\n";
        for (String text : List.of(lines, "time,id,size\n" + lines, "\n#x\n" + lines)) {
            try (Trace trace = trace(text)) {
                assertThat(trace.requests()).isEqualTo(3);
                assertThat(trace.objects()).isEqualTo(2);
                assertThat(objects(trace)).containsExactly(0, 1, 0);
                assertThat(trace.size(0)).isEqualTo(100);
                assertThat(trace.nanos(1)).isEqualTo(1_500_000_000);
                assertThat(trace.totals()).isEqualTo(new Trace.Totals(400, 300, 0, 0, ""));
                assertThat(trace.key(0)).isNotEqualTo(trace.key(1));
            }
        }
    }

    @Test
    void recordsAreReadPlainAndCompressed() throws Exception {
        byte[] records = records(new long[][] {{5, -1, 10}, {6, 2, 3_000_000_000L}, {7, -1, 10}});
        for (byte[] bytes : List.of(records, Zstd.compress(records))) {
            try (Trace trace = trace(bytes)) {
                assertThat(objects(trace)).containsExactly(0, 1, 0);
                assertThat(trace.size(1)).isEqualTo(3_000_000_000L);
                assertThat(trace.totals().oversized()).isEqualTo(1);
                assertThat(trace.nanos(2)).isEqualTo(2_000_000_000);
            }
        }
    }

    @Test
    void aCompressedCsvIsRead() throws Exception {
        try (Trace trace = trace(Zstd.compress("0,1,1\n".getBytes(StandardCharsets.UTF_8)))) {
            assertThat(trace.requests()).isEqualTo(1);
        }
    }

    @Test
    void timeNeverGoesBackwards() throws Exception {
        try (Trace trace = trace("10,1,1\n12,2,1\n11,3,1\n13,4,1\n")) {
            assertThat(List.of(trace.nanos(0), trace.nanos(1), trace.nanos(2), trace.nanos(3)))
                    .containsExactly(0L, 2_000_000_000L, 2_000_000_000L, 3_000_000_000L);
        }
    }

    @Test
    void anObjectHasTheSizeOfItsFirstRequest() throws Exception {
        try (Trace trace = trace("0,1,10\n1,1,20\n2,1,10\n")) {
            assertThat(trace.totals()).isEqualTo(new Trace.Totals(30, 10, 1, 0, ""));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0,1,1~x,2,3 | line 2: the time 'x' is none",
                "0,1,1~-1,2,3 | line 2: the time '-1' is none",
                "0,1,1~1,2,3.5 | line 2: the size '3.5' is none",
                "0,1,1~1,2,-3 | line 2: the size '-3' is none",
                "0,1,1~1,2,99999999999999999999 | line 2: the size",
                "time,id,size~1,,3 | line 2: the id '' is none",
                "0,1 | line 1 has fewer than three columns: '0,1'",
                "0;1;2 | fewer than three columns",
                "time,id,size | the trace has no requests",
                "# nothing | the trace has no requests",
            })
    void aLineThatIsNoneIsNamed(String text, String message) {
        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> trace(text.replace('~', '\n')))
                .satisfies(failure -> {
                    assertThat(failure.message()).contains(message);
                    assertThat(failure.code()).isEqualTo("TRACE_INVALID");
                });
    }

    @Test
    void aRecordThatIsCutOffIsNamed() {
        byte[] records = records(new long[][] {{5, 1, 10}, {6, 2, 30}});
        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> trace(Arrays.copyOf(records, 47)))
                .withMessage("record 2 is cut off after 23 of 24 bytes");
    }

    @Test
    void anEmptyTraceAndADamagedOneAreNamed() {
        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> trace(""))
                .withMessage("the trace is empty");
        byte[] compressed = Zstd.compress(records(new long[][] {{5, 1, 10}, {6, 2, 30}}));
        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> trace(Arrays.copyOf(compressed, compressed.length - 3)))
                .withMessageContaining("compressed trace is damaged");
        byte[] flipped = compressed.clone();
        flipped[5] ^= 0x7F;
        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> trace(flipped))
                .satisfies(failure -> assertThat(failure.code()).isEqualTo("TRACE_INVALID"));
    }

    @Test
    void nothingStaysBehind() throws Exception {
        try (Trace trace = trace("0,1,1\n1,1,1\n")) {
            trace.lookAhead();
        }
        assertThatExceptionOfType(CommandFailure.class).isThrownBy(() -> trace("0,1,1\nx"));
        assertThat(folder.resolve("left")).doesNotExist();
    }

    @Test
    void theFutureIsKnownAfterLookingAhead() throws Exception {
        try (Trace trace = trace("0,a,1\n1,b,1\n2,a,1\n")) {
            assertThatIllegalStateException().isThrownBy(() -> trace.nextUse(0));
            trace.lookAhead();
            trace.lookAhead();
            assertThat(List.of(trace.nextUse(0), trace.nextUse(1), trace.nextUse(2)))
                    .containsExactly(2, Trace.NEVER, Trace.NEVER);
        }
    }

    @Test
    void objectsAreNumberedAsTheyCome() {
        ObjectTable objects = new ObjectTable();
        Random random = new Random(1);
        Map<Long, Integer> model = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            long id = random.nextInt(50_000) * 0x1_0000_0001L;
            int expected = model.computeIfAbsent(id, any -> model.size());
            assertThat(objects.number(id, i)).isEqualTo(expected);
        }
        assertThat(objects.count()).isEqualTo(model.size());
        model.forEach((id, number) -> assertThat(objects.id(number)).isEqualTo(id));
    }

    /** Belady, Nelson and Shedler; Silberschatz et al.: the optimum of the textbooks. */
    @Test
    void beladyFaultsAsOftenAsInTheLiterature() throws Exception {
        assertThat(belady(3, 1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5)).isEqualTo(7);
        assertThat(belady(4, 1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5)).isEqualTo(6);
        assertThat(belady(3, 7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1))
                .isEqualTo(9);
    }

    @Test
    void beladyEvictsWhatASearchFromEndToEndWould() throws Exception {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            int[] requests = random.ints(400, 0, 40).toArray();
            int size = 1 + random.nextInt(30);
            assertThat(belady(size, requests)).isEqualTo(slowBelady(size, requests));
        }
    }

    /** The others may refuse an entry, and what is not let in needs no place. */
    @Test
    void nothingThatLetsEverythingInMissesLessThanBelady() throws Exception {
        Random random = new Random(4);
        int[] requests = random.doubles(5_000).mapToInt(x -> (int) (400 * x * x * x)).toArray();
        try (Trace trace = trace(requests)) {
            trace.lookAhead();
            for (int size : new int[] {1, 10, 100, 399}) {
                Replay replay = new Replay(trace, size, true);
                long least = replay.ofBelady(done -> {}).requests();
                for (CachePolicy policy :
                        BuiltInPolicies.all().stream()
                                .filter(policy -> !DECLINING.contains(policy.name()))
                                .toList()) {
                    assertThat(replay.of(policy, done -> {}).requests())
                            .as("%s at %d", policy.name(), size)
                            .isGreaterThanOrEqualTo(least);
                }
            }
        }
    }

    @Test
    void sizedBeladyLetsTheLargeGoForTheSmall() throws Exception {
        try (Trace trace = trace("0,big,90\n1,a,10\n2,b,10\n3,a,10\n4,b,10\n5,big,90\n")) {
            trace.lookAhead();
            Replay replay = new Replay(trace, 100, false);
            assertThat(replay.ofSizedBelady(done -> {})).isEqualTo(new Replay.Missed(4, 200));
        }
    }

    @Test
    void anObjectLargerThanTheCacheIsMissedByEverybody() throws Exception {
        try (Trace trace = trace("0,a,101\n1,a,101\n2,b,100\n3,b,100\n")) {
            trace.lookAhead();
            Replay replay = new Replay(trace, 100, false);
            Replay.Missed expected = new Replay.Missed(3, 302);
            assertThat(replay.ofBelady(done -> {})).isEqualTo(expected);
            assertThat(replay.ofSizedBelady(done -> {})).isEqualTo(expected);
            assertThat(replay.of(BuiltInPolicies.all().getFirst(), done -> {})).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "64MB, 64000000",
        "64KiB, 65536",
        "1, 1",
        "0.1, 30",
        "10%, 30",
        "12.5%, 38",
        "100%, 300",
        "0.001%, 1",
        "687obj, 687",
        "50%obj, 2",
        "0.5obj, 2",
        "1.0, 300",
    })
    void aSizeIsBytesObjectsOrAShare(String text, long expected) throws Exception {
        try (Trace trace = trace("0,a,100\n1,b,150\n2,c,50\n")) {
            CacheSize size = CacheSize.parse(text);
            assertThat(size.of(trace)).isEqualTo(expected);
            assertThat(size.inObjects()).isEqualTo(text.endsWith("obj"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0", "0obj", "0%", "0.0", "101%", "1.1", "x", "", "obj", "5xobj", "-1", "1.5GB",
                "64MBobj"
            })
    void whatIsNoSizeIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> CacheSize.parse(text));
    }

    private long belady(int size, int... requests) throws Exception {
        try (Trace trace = trace(requests)) {
            trace.lookAhead();
            return new Replay(trace, size, true).ofBelady(done -> {}).requests();
        }
    }

    private static long slowBelady(int size, int... requests) {
        List<Integer> cached = new ArrayList<>();
        long misses = 0;
        for (int i = 0; i < requests.length; i++) {
            if (cached.contains(requests[i])) {
                continue;
            }
            misses++;
            if (cached.size() == size) {
                int from = i;
                cached.sort((a, b) ->
                        Integer.compare(next(requests, from, a), next(requests, from, b)));
                cached.removeLast();
            }
            cached.add(requests[i]);
        }
        return misses;
    }

    private static int next(int[] requests, int from, int object) {
        for (int i = from; i < requests.length; i++) {
            if (requests[i] == object) {
                return i;
            }
        }
        return Integer.MAX_VALUE;
    }

    private static List<Integer> objects(Trace trace) {
        List<Integer> objects = new ArrayList<>();
        for (long i = 0; i < trace.requests(); i++) {
            objects.add(trace.object(i));
        }
        return objects;
    }

    private Trace trace(int... requests) throws IOException, CommandFailure {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < requests.length; i++) {
            text.append(i).append(',').append(requests[i]).append(",1\n");
        }
        return trace(text.toString());
    }

    private Trace trace(String text) throws IOException, CommandFailure {
        return trace(text.getBytes(StandardCharsets.UTF_8));
    }

    private Trace trace(byte[] bytes) throws IOException, CommandFailure {
        return Trace.read(
                Files.write(folder.resolve("trace"), bytes),
                Files.createDirectories(folder.resolve("left")),
                read -> {});
    }

    /** Returns records of time, id and size. */
    private static byte[] records(long[][] requests) {
        ByteBuffer bytes = ByteBuffer.allocate(24 * requests.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long[] request : requests) {
            bytes.putInt((int) request[0]).putLong(request[1]).putInt((int) request[2]).putLong(-1);
        }
        return bytes.array();
    }
}
