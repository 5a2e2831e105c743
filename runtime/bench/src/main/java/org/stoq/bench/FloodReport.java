package org.stoq.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.stoq.bench.child.Message;

/**
 * What came of a measurement under a flood of handshakes.
 *
 * @param plan what was to be done
 * @param machine where
 * @param before honest clients before the flood
 * @param during those that came while it lasted
 * @param after those that came when the server had had time to recover
 * @param flood what the attacker did and got
 * @param memory the server's memory
 * @param serverCpu the server's CPU time while the flood lasted
 */
public record FloodReport(
        FloodPlan plan,
        Machine machine,
        Visitors before,
        Visitors during,
        Visitors after,
        Flood flood,
        Memory memory,
        Duration serverCpu) {
    /** How many of the honest clients must succeed. */
    static final double LEAST_SUCCESS = 0.99;

    /** RFC 9000 s.8.1. */
    static final double MOST_AMPLIFICATION = 3;

    /** Memory is back when it is within a tenth of what it was. */
    static final double BACK = 1.1;

    private static final double NANOS_PER_MILLI = 1e6;

    /**
     * Honest clients of one part.
     *
     * @param attempted how many came
     * @param succeeded how many got the right answer
     * @param wrong how many got another one
     * @param medianMillis time to connect of those that succeeded, from the moment at which each
     *     was meant to begin
     * @param nearlyAllMillis what 99 % of these times did not exceed
     * @param longestMillis the longest of them
     * @param firstFailure why the first one failed
     */
    public record Visitors(
            long attempted,
            long succeeded,
            long wrong,
            double medianMillis,
            double nearlyAllMillis,
            double longestMillis,
            Optional<String> firstFailure) {
        static Visitors of(Message visited) {
            return new Visitors(
                    visited.number("attempted"),
                    visited.number("succeeded"),
                    visited.number("wrong"),
                    visited.number("p50") / NANOS_PER_MILLI,
                    visited.number("p99") / NANOS_PER_MILLI,
                    visited.number("longest") / NANOS_PER_MILLI,
                    visited.find("first"));
        }

        /** Returns which share of them succeeded, 0 to 1. */
        public double share() {
            return attempted == 0 ? 0 : (double) succeeded / attempted;
        }

        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("attempted", attempted);
            json.put("succeeded", succeeded);
            json.put("share", Decimals.of(share()));
            json.put("wrong", wrong);
            json.put("connect_p50_ms", Decimals.of(medianMillis));
            json.put("connect_p99_ms", Decimals.of(nearlyAllMillis));
            json.put("connect_max_ms", Decimals.of(longestMillis));
            firstFailure.ifPresent(why -> json.put("first_failure", why));
            return json;
        }
    }

    /**
     * The attacker's side. Bytes are those of UDP payload.
     *
     * @param handshakes how many were begun, each with a datagram of 1,200 bytes
     * @param seconds in how much time
     * @param retries how many Retry packets came
     * @param answered how many of them were answered, by addresses that are real
     * @param receivedBytes bytes that came, in all
     * @param ofAddress bytes received by bytes sent, of the address with the largest share among
     *     those that have not shown that they receive
     * @param ofHandshake the same of one handshake
     * @param lost datagrams that came and were not counted, because a socket was full
     * @param lostAtServer datagrams that the server never saw, because its sockets were full; those
     *     of honest clients among them
     */
    public record Flood(
            long handshakes,
            double seconds,
            long retries,
            long answered,
            long receivedBytes,
            double ofAddress,
            double ofHandshake,
            long lost,
            long lostAtServer) {
        static Flood of(Message sent, Message counted) {
            return new Flood(
                    sent.number("handshakes"),
                    sent.number("nanos") / 1e9,
                    counted.number("retries"),
                    counted.number("answered"),
                    counted.number("bytes"),
                    Double.parseDouble(counted.text("of-address")),
                    Double.parseDouble(counted.text("of-handshake")),
                    counted.number("lost"),
                    counted.number("lost-at-server"));
        }

        /** Returns how many handshakes were begun in a second. */
        public double perSecond() {
            return seconds == 0 ? 0 : handshakes / seconds;
        }

        /** Returns the largest amplification that was seen. */
        public double amplification() {
            return Math.max(ofAddress, ofHandshake);
        }

        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("handshakes", handshakes);
            json.put("seconds", Decimals.of(seconds));
            json.put("packets_per_s", Decimals.of(perSecond()));
            json.put("retries", retries);
            json.put("answered", answered);
            json.put("received_bytes", receivedBytes);
            json.put("amplification_of_address", Decimals.of(ofAddress));
            json.put("amplification_of_handshake", Decimals.of(ofHandshake));
            json.put("lost", lost);
            json.put("lost_at_server", lostAtServer);
            return json;
        }
    }

    /**
     * The server's memory, bytes; all but the peak after a garbage collection.
     *
     * @param before without a flood
     * @param peak the most that was seen, garbage too
     * @param after at the end of the time to recover
     * @param back how long after the flood it was back, if it was
     */
    public record Memory(long before, long peak, long after, Optional<Duration> back) {
        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("before_bytes", before);
            json.put("peak_bytes", peak);
            json.put("after_bytes", after);
            back.ifPresent(time -> json.put("back_after_s", Decimals.of(time.toMillis() / 1e3)));
            return json;
        }
    }

    /**
     * Something that a server is meant to reach.
     *
     * @param key one word for scripts
     * @param name a few words for people
     * @param met whether it did
     */
    public record Goal(String key, String name, boolean met) {}

    /** Returns what was to be reached. */
    public List<Goal> goals() {
        return List.of(
                new Goal(
                        "success",
                        "99 % of honest clients succeed",
                        during.share() >= LEAST_SUCCESS),
                new Goal(
                        "answers",
                        "no answer is wrong",
                        Stream.of(before, during, after).allMatch(part -> part.wrong == 0)),
                new Goal(
                        "memory",
                        "memory is back within %d s".formatted(plan.recovery().toSeconds()),
                        memory.back.isPresent()),
                new Goal(
                        "amplification",
                        "at most 3.00 times the bytes before an address is shown",
                        // What was not counted could have been too much.
                        flood.amplification() <= MOST_AMPLIFICATION && flood.lost == 0));
    }

    /** Returns whether all was reached. */
    public boolean passed() {
        return goals().stream().allMatch(Goal::met);
    }

    /** Returns the form that scripts read: one object. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mode", "flood");
        json.put("name", plan.server().toString());
        json.put("prefixes", plan.prefixes());
        json.put("answering_prefixes", plan.answering());
        json.put("visits_per_s", plan.visitsPerSecond());
        json.put("before", before.json());
        json.put("during", during.json());
        json.put("after", after.json());
        json.put("flood", flood.json());
        json.put("server_memory", memory.json());
        json.put("server_cpu_s", Decimals.of(serverCpu.toMillis() / 1e3));
        json.put("machine", machine.json());
        Map<String, Object> met = new LinkedHashMap<>();
        goals().forEach(goal -> met.put(goal.key, goal.met));
        json.put("goals", met);
        json.put("passed", passed());
        return json;
    }
}
