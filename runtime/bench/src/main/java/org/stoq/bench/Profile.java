package org.stoq.bench;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.stoq.bench.child.Message;
import org.stoq.bench.contender.ContenderSpec;

/**
 * Where the CPU time of one process went.
 *
 * @param contender who ran in it
 * @param datagramBytes largest UDP payload
 * @param server whether it was the server's end
 * @param cpuSeconds user and system time in the window
 * @param systemShare how much of it the kernel spent, 0 to 1, as the kernel itself has counted
 * @param shares share of each kind of work, 0 to 1, the largest first
 * @param hot share of the methods that most samples were in, the largest first
 * @param samples how many samples the shares rest on
 */
public record Profile(
        ContenderSpec contender,
        int datagramBytes,
        boolean server,
        double cpuSeconds,
        double systemShare,
        Map<String, Double> shares,
        Map<String, Double> hot,
        long samples) {
    private static final double TICKS_PER_SECOND = 100;

    /** Keeps copies in the same order. */
    public Profile {
        shares = Collections.unmodifiableMap(new LinkedHashMap<>(shares));
        hot = Collections.unmodifiableMap(new LinkedHashMap<>(hot));
    }

    /**
     * Puts together what a child has found: the samples say what Java threads did, and the kernel
     * how much time other threads took.
     */
    static Profile of(ContenderSpec contender, int datagramBytes, boolean server, Message message) {
        Map<String, Long> kinds = numbers(message, "kind.");
        Map<String, Long> roles = numbers(message, "role.");
        long samples = kinds.values().stream().mapToLong(Long::longValue).sum();
        long ticks = roles.values().stream().mapToLong(Long::longValue).sum();
        double javaShare = ticks == 0 ? 0 : (double) roles.getOrDefault("java", 0L) / ticks;
        Map<String, Double> shares = new TreeMap<>();
        kinds.forEach((kind, count) -> shares.put(kind, javaShare * count / samples));
        roles.forEach((role, spent) -> {
            if (!role.equals("java") && spent > 0) {
                shares.put(role, (double) spent / ticks);
            }
        });
        Map<String, Double> hot = new LinkedHashMap<>();
        for (String line : message.text("hot").lines().toList()) {
            int blank = line.indexOf(' ');
            hot.put(
                    line.substring(blank + 1),
                    javaShare * Long.parseLong(line.substring(0, blank)) / samples);
        }
        return new Profile(
                contender,
                datagramBytes,
                server,
                ticks / TICKS_PER_SECOND,
                ticks == 0 ? 0 : (double) message.number("system") / ticks,
                largestFirst(shares),
                hot,
                samples);
    }

    private static Map<String, Long> numbers(Message message, String prefix) {
        Map<String, Long> numbers = new TreeMap<>();
        message.values()
                .forEach((key, value) -> {
                    if (key.startsWith(prefix)) {
                        numbers.put(
                                key.substring(prefix.length()).toLowerCase(Locale.ROOT),
                                Long.parseLong(value));
                    }
                });
        return numbers;
    }

    private static Map<String, Double> largestFirst(Map<String, Double> shares) {
        Map<String, Double> sorted = new LinkedHashMap<>();
        List<Map.Entry<String, Double>> entries =
                shares.entrySet().stream()
                        .sorted(
                                Map.Entry.<String, Double>comparingByValue(
                                        Comparator.reverseOrder()))
                        .toList();
        entries.forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", contender.toString());
        json.put("mtu", datagramBytes);
        json.put("side", server ? "server" : "client");
        json.put("cpu_s", Decimals.of(cpuSeconds));
        json.put("system_share", Decimals.of(systemShare));
        json.put("samples", samples);
        Map<String, Object> rounded = new LinkedHashMap<>();
        shares.forEach((kind, share) -> rounded.put(kind, Decimals.of(share)));
        json.put("shares", rounded);
        Map<String, Object> methods = new LinkedHashMap<>();
        hot.forEach((method, share) -> methods.put(method, Decimals.of(share)));
        json.put("hot", methods);
        return json;
    }
}
