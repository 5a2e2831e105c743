package org.stoq.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a measurement ran: figures without it say nothing.
 *
 * @param processor name of the processor
 * @param cores how many of them the process may use
 * @param system operating system and its version
 * @param java version of Java
 */
public record Machine(String processor, int cores, String system, String java) {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    private static final String NAME = "model name";

    /** Returns this machine. */
    public static Machine here() {
        return new Machine(
                readProcessor(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                Runtime.version().toString());
    }

    private static String readProcessor() {
        if (!Files.isReadable(PROCESSORS)) {
            return System.getProperty("os.arch");
        }
        try (var lines = Files.lines(PROCESSORS)) {
            return lines.filter(line -> line.startsWith(NAME))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /** Returns it in one line. */
    public String text() {
        return "%s, %d cores, %s, Java %s".formatted(processor, cores, system, java);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("processor", processor);
        json.put("cores", cores);
        json.put("system", system);
        json.put("java", java);
        return json;
    }
}
