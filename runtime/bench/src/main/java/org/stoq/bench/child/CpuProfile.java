package org.stoq.bench.child;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the CPU time of this process goes between two moments: samples of its Java threads by
 * Flight Recorder, one for each 2 ms of CPU time, and what the kernel has counted for each thread.
 * Belongs to one thread.
 */
final class CpuProfile {
    private static final String SAMPLE = "jdk.CPUTimeSample";
    private static final String PERIOD = "2ms";
    private static final int HOT_METHODS = 12;

    private final Recording recording = new Recording();
    private final Map<String, ThreadTimes.Ticks> before;

    /**
     * Begins.
     *
     * @throws UnsupportedOperationException if this Java does not sample CPU time
     */
    CpuProfile() throws IOException {
        boolean known =
                FlightRecorder.getFlightRecorder().getEventTypes().stream()
                        .anyMatch(type -> type.getName().equals(SAMPLE));
        if (!known) {
            throw new UnsupportedOperationException(
                    "this Java does not sample CPU time (JEP 509: JDK 25 on Linux)");
        }
        recording.enable(SAMPLE).with("throttle", PERIOD);
        recording.start();
        this.before = ThreadTimes.read();
    }

    /**
     * Ends, and returns what was found: the ticks of each kind of thread, the samples of each
     * {@link SampleKind}, and the methods that most of them were in.
     */
    Message end(Path folder) throws IOException {
        Map<String, ThreadTimes.Ticks> after = ThreadTimes.read();
        recording.stop();
        Path file = Files.createTempFile(folder, "profile", ".jfr");
        recording.dump(file);
        recording.close();
        Map<SampleKind, Integer> kinds = new EnumMap<>(SampleKind.class);
        Map<String, Integer> methods = new HashMap<>();
        int failed = 0;
        try (RecordingFile events = new RecordingFile(file)) {
            while (events.hasMoreEvents()) {
                RecordedEvent event = events.readEvent();
                if (!event.getEventType().getName().equals(SAMPLE)) {
                    continue;
                }
                if (event.getBoolean("failed") || event.getStackTrace() == null) {
                    failed++;
                    continue;
                }
                List<String> stack = stack(event);
                SampleKind kind = SampleKind.of(stack);
                kinds.merge(kind, 1, Integer::sum);
                methods.merge(kind.label() + " " + SampleKind.place(stack), 1, Integer::sum);
            }
        } finally {
            Files.delete(file);
        }
        return message(after, kinds, methods, failed);
    }

    private static List<String> stack(RecordedEvent event) {
        List<String> stack = new ArrayList<>();
        for (RecordedFrame frame : event.getStackTrace().getFrames()) {
            RecordedMethod method = frame.getMethod();
            stack.add(method.getType().getName() + "." + method.getName());
        }
        return stack;
    }

    private Message message(
            Map<String, ThreadTimes.Ticks> after,
            Map<SampleKind, Integer> kinds,
            Map<String, Integer> methods,
            int failed) {
        Message message = Message.of("profile").with("failed", failed);
        for (Map.Entry<SampleKind, Integer> entry : kinds.entrySet()) {
            message = message.with("kind." + entry.getKey().name(), entry.getValue());
        }
        long system = 0;
        Map<ThreadTimes.Role, Long> roles = new EnumMap<>(ThreadTimes.Role.class);
        for (Map.Entry<String, ThreadTimes.Ticks> entry : after.entrySet()) {
            ThreadTimes.Ticks spent =
                    entry.getValue().less(before.getOrDefault(entry.getKey(), ThreadTimes.NONE));
            system += spent.system();
            roles.merge(entry.getValue().role(), spent.user() + spent.system(), Long::sum);
        }
        message = message.with("system", system);
        for (Map.Entry<ThreadTimes.Role, Long> entry : roles.entrySet()) {
            message = message.with("role." + entry.getKey().name(), entry.getValue());
        }
        List<String> hot =
                methods.entrySet().stream()
                        .sorted(
                                Map.Entry.<String, Integer>comparingByValue(
                                        Comparator.reverseOrder()))
                        .limit(HOT_METHODS)
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .toList();
        return message.with("hot", String.join("\n", hot));
    }
}
